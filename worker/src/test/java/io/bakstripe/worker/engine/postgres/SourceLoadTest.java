package io.bakstripe.worker.engine.postgres;

import static io.bakstripe.worker.engine.postgres.TestSource.NAME;
import static io.bakstripe.worker.engine.postgres.TestSource.SETTINGS;
import static io.bakstripe.worker.engine.postgres.TestSource.list;
import static io.bakstripe.worker.engine.postgres.TestSource.read;
import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.protocol.instance.ServerConnection;
import io.bakstripe.protocol.stripe.Extent;
import io.bakstripe.worker.engine.BackupHold;
import io.bakstripe.worker.engine.Engine.SourceAddress;
import io.bakstripe.worker.engine.ExtentReader;
import io.bakstripe.worker.engine.Piece;
import io.bakstripe.worker.host.TestHost;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SourceLoadTest {
    private static final long RATE = 8 << 20;
    /** What may be taken at once is left out. */
    private static final double BURST_SECONDS = 0.2;

    @Test
    void readersOfOneServerShareTheRateThatItMayBeReadWith(@TempDir Path data) throws Exception {
        try (TestHost host = new TestHost(data)) {
            ServerConnection source = host.provision("source");
            SourceAddress role = TestSource.backupRole(source, "bk");
            PostgresEngine slow = TestSource.engine(new PostgresSettings(
                    SETTINGS.connectTimeout(),
                    SETTINGS.inspectTimeout(),
                    SETTINGS.answerTimeout(),
                    SETTINGS.checkpointTimeout(),
                    SETTINGS.summaryTimeout(),
                    SETTINGS.chunkBytes(),
                    SETTINGS.copyBytes(),
                    SETTINGS.copyRanges(),
                    new SourceLoad(RATE, true)));
            try (BackupHold hold = slow.open(role, TestSource.full("label"));
                    ExtentReader first = slow.reader(role, NAME);
                    ExtentReader second = slow.reader(role, NAME)) {
                List<Extent> files = list(hold).stream().filter(Extent::read).toList();
                int half = files.size() / 2;
                long begun = System.nanoTime();

                CompletableFuture<Long> beside =
                        CompletableFuture.supplyAsync(() -> bytes(read(first, files.subList(0, half))));
                long bytes = bytes(read(second, files.subList(half, files.size()))) + beside.join();

                // A machine that is busy can only make it longer.
                double seconds = (System.nanoTime() - begun) / 1e9;
                assertThat(bytes).isGreaterThan(2 * RATE);
                assertThat(seconds).isGreaterThan((double) bytes / RATE - BURST_SECONDS);
            }
        }
    }

    private static long bytes(List<Piece> pieces) {
        return pieces.stream().mapToLong(Piece::length).sum();
    }
}
