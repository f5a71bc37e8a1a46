package io.bakstripe.worker.engine.postgres;

import io.github.bucket4j.BlockingBucket;
import io.github.bucket4j.BlockingStrategy;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.TimeMeter;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Holds readers of one server to a rate, all of them together. A reader that waits takes no more from its connection, so that the server, whose
 * sending then waits, stops reading for it. Thread-safe.
 */
final class ReadPace {
    /** A tenth of a second may be taken at once. */
    private static final int BURSTS_PER_SECOND = 10;

    private final @Nullable BlockingBucket bucket;
    private final BlockingStrategy waiting;

    private ReadPace(@Nullable BlockingBucket bucket, BlockingStrategy waiting) {
        this.bucket = bucket;
        this.waiting = waiting;
    }

    /** @param largestPiece that {@link #take} is called with, in bytes */
    static ReadPace of(SourceLoad load, int largestPiece) {
        return of(load, largestPiece, TimeMeter.SYSTEM_NANOTIME, BlockingStrategy.PARKING);
    }

    /**
     * @param time by which bytes come free
     * @param waiting how a reader waits for them
     */
    static ReadPace of(SourceLoad load, int largestPiece, TimeMeter time, BlockingStrategy waiting) {
        if (load.bytesPerSecond() == 0) {
            return new ReadPace(null, waiting);
        }
        long burst = Math.max(largestPiece, load.bytesPerSecond() / BURSTS_PER_SECOND);
        Bucket bucket = Bucket.builder()
                .addLimit(limit -> limit.capacity(burst).refillGreedy(load.bytesPerSecond(), Duration.ofSeconds(1)))
                .withCustomTimePrecision(time)
                .build();
        return new ReadPace(bucket.asBlocking(), waiting);
    }

    /** Waits until that many bytes may be read. */
    void take(int bytes) throws InterruptedException {
        if (bucket != null && bytes > 0) {
            bucket.consume(bytes, waiting);
        }
    }
}
