package io.bakstripe.worker.store.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.worker.store.aws.Signing;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class KnownRegionsTest {
    private static final Duration KEPT = Duration.ofMinutes(5);

    private final AtomicLong nanos = new AtomicLong();
    private final KnownRegions regions = new KnownRegions(KEPT, nanos::get);

    @Test
    void knowsARegionForAsLongAsItIsKept() {
        regions.note(Signing.OWN, "bucket", "eu-north-1");
        nanos.addAndGet(KEPT.toNanos() - 1);

        assertThat(regions.find(Signing.OWN, "bucket")).contains("eu-north-1");
        assertThat(regions.find(Signing.OWN, "another")).isEmpty();

        nanos.incrementAndGet();
        assertThat(regions.find(Signing.OWN, "bucket")).isEmpty();
    }

    @Test
    void tellsNobodyWhatAnotherIdentityWasTold() {
        regions.note(Signing.OWN, "bucket", "eu-north-1");

        assertThat(regions.find(Signing.refused(BackupError.ACCESS_DENIED.problem("no")), "bucket"))
                .isEmpty();
    }

    @Test
    void forgets() {
        regions.note(Signing.OWN, "bucket", "eu-north-1");

        regions.forget(Signing.OWN, "bucket");

        assertThat(regions.find(Signing.OWN, "bucket")).isEmpty();
    }
}
