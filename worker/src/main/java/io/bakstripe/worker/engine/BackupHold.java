package io.bakstripe.worker.engine;

import io.bakstripe.protocol.name.Lsn;
import io.bakstripe.protocol.stripe.Extent;
import io.bakstripe.protocol.stripe.KeptLog;
import io.bakstripe.protocol.stripe.StartFacts;
import io.bakstripe.protocol.stripe.StopFacts;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** An engine's open backup. Not thread-safe, except {@link #abort()}. Closing it without {@link #stop()} leaves the server as if it had never begun. */
public interface BackupHold extends AutoCloseable {
    /** What was known when it was opened; {@link StartFacts#timeZone()} is left empty here, it is the instance's. */
    StartFacts start();

    /**
     * Names every file and directory that the backup is to give back once, each file at its present size, files of size 0 included; of a log backup the
     * segments. To be called once.
     */
    void list(Consumer<Listed> consumer);

    /**
     * Asks the server whether it still holds what this backup needs: the open backup, and after {@link #stop()} its log. Throws {@code SESSION_LOST} when
     * it does not.
     */
    void verifyOpen();

    /** Ends the engine's backup. No data page is read after this; the log that {@link Stop#closing()} names stays held until {@link #close()}. */
    Stop stop();

    /** Statements sent so far. */
    long statements();

    /** Breaks off whatever another thread is doing here. */
    void abort();

    /** Releases everything on the server. Never throws. */
    @Override
    void close();

    /**
     * @param lastLsn the first position after the set
     * @param closing what must be stored besides the data: log segments, labels, control file last
     * @param serverTime as of {@link StopFacts#serverTime()}
     * @param keptLog as of {@link StopFacts#keptLog()}
     */
    record Stop(
            Lsn lastLsn,
            Instant stoppedAt,
            List<Extent> closing,
            Optional<Instant> serverTime,
            Optional<KeptLog> keptLog) {
        public Stop {
            closing = List.copyOf(closing);
        }
    }
}
