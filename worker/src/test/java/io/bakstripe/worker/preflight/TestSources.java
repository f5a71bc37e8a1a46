package io.bakstripe.worker.preflight;

import io.bakstripe.protocol.instance.InstanceView;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.name.Lsn;
import io.bakstripe.protocol.readiness.Finding;
import io.bakstripe.protocol.stripe.Extent;
import io.bakstripe.protocol.stripe.StartFacts;
import io.bakstripe.protocol.stripe.StopFacts;
import io.bakstripe.worker.engine.BackupHold;
import io.bakstripe.worker.engine.BackupOrder;
import io.bakstripe.worker.engine.Engine;
import io.bakstripe.worker.engine.ExtentReader;
import io.bakstripe.worker.engine.PageReader;
import io.bakstripe.worker.engine.RestoreHost;
import io.bakstripe.worker.engine.Sources;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One database that answers as told. */
final class TestSources implements Sources, Engine {
    static final SourceAddress ADDRESS = new SourceAddress("jdbc:test", "user", "password");

    /** What the database does when it is looked at: its size, or a failure. */
    interface Inspection {
        long run() throws Exception;
    }

    volatile boolean resolved;
    volatile @Nullable BackupOrder ordered;
    volatile CompletionStage<SourceAddress> address = CompletableFuture.completedStage(ADDRESS);
    volatile CompletionStage<Optional<RestoreHost>> host = CompletableFuture.completedStage(Optional.empty());
    volatile Inspection inspection = () -> 12_345;

    @Override
    public CompletionStage<SourceAddress> resolve(InstanceView view, DatabaseRef database) {
        resolved = true;
        return address;
    }

    @Override
    public CompletionStage<Optional<RestoreHost>> host(InstanceView view) {
        return host;
    }

    @Override
    public Engine engine(InstanceView view) {
        return this;
    }

    @Override
    public String name() {
        return "postgresql";
    }

    @Override
    public SourceFacts inspect(SourceAddress where, BackupOrder order) {
        ordered = order;
        return new SourceFacts("18", "1", unchecked(inspection));
    }

    @Override
    public Examination examine(SourceAddress where, DatabaseRef database, DatabaseName display, boolean keepsLog) {
        long bytes = unchecked(inspection);
        return new Examination(List.of(Finding.good("size", bytes + " bytes")), OptionalLong.of(bytes));
    }

    private static long unchecked(Inspection inspection) {
        Supplier<Long> run = () -> {
            try {
                return inspection.run();
            } catch (RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        };
        return run.get();
    }

    @Override
    public void giveBack(SourceAddress where, DatabaseRef database, DatabaseName display, Lsn published) {
        throw new UnsupportedOperationException("pre-flight changes nothing");
    }

    @Override
    public BackupHold open(SourceAddress where, BackupOrder order) {
        throw new UnsupportedOperationException("pre-flight opens no backup");
    }

    @Override
    public BackupHold resume(
            SourceAddress where, BackupOrder order, StartFacts start, StopFacts stopped, List<Extent> inline) {
        throw new UnsupportedOperationException("pre-flight resumes no backup");
    }

    @Override
    public PageReader pageReader(SourceAddress where, DatabaseName display, StartFacts start) {
        throw new UnsupportedOperationException();
    }

    @Override
    public ExtentReader reader(SourceAddress where, DatabaseName display) {
        throw new UnsupportedOperationException("pre-flight reads no data");
    }
}
