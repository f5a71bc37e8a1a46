package io.bakstripe.worker.engine.postgres;

import io.bakstripe.protocol.stripe.StartFacts;
import io.bakstripe.protocol.stripe.StopFacts;
import io.bakstripe.worker.engine.BackupHold;
import io.bakstripe.worker.engine.Listed;
import java.util.List;
import java.util.function.Consumer;

/** A log backup that was stopped before: everything of it is stored, so that nothing is needed of the server, which may be down. */
record StoredLogHold(StartFacts start, StopFacts stopped) implements BackupHold {
    @Override
    public void list(Consumer<Listed> consumer) {
        throw new IllegalStateException("a stopped backup has no data left to list");
    }

    @Override
    public void verifyOpen() {}

    @Override
    public Stop stop() {
        return new Stop(stopped.lastLsn(), stopped.stoppedAt(), List.of(), stopped.serverTime(), stopped.keptLog());
    }

    @Override
    public long statements() {
        return 0;
    }

    @Override
    public void abort() {}

    @Override
    public void close() {}
}
