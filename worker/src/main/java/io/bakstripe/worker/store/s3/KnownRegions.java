package io.bakstripe.worker.store.s3;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import io.bakstripe.worker.store.aws.Signing;
import java.time.Duration;
import java.util.Optional;

/**
 * Where buckets lie, as the store said in the last minutes: a bucket never moves, but it can be deleted and made again elsewhere. Kept for each identity
 * that asked, because not everyone may ask. Thread-safe.
 */
final class KnownRegions {
    private static final int MOST = 1000;

    private final Cache<Asked, String> regions;

    private record Asked(Signing identity, String bucket) {}

    /** @param kept how long; zero: not at all */
    KnownRegions(Duration kept, Ticker ticker) {
        this.regions = Caffeine.newBuilder()
                .maximumSize(kept.isZero() ? 0 : MOST)
                .expireAfterWrite(kept)
                .ticker(ticker)
                .executor(Runnable::run)
                .build();
    }

    Optional<String> find(Signing identity, String bucket) {
        return Optional.ofNullable(regions.getIfPresent(new Asked(identity, bucket)));
    }

    void note(Signing identity, String bucket, String region) {
        regions.put(new Asked(identity, bucket), region);
    }

    /** The store said something that does not fit. */
    void forget(Signing identity, String bucket) {
        regions.invalidate(new Asked(identity, bucket));
    }
}
