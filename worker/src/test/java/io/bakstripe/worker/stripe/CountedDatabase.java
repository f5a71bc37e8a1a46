package io.bakstripe.worker.stripe;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.instance.InstanceView;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.name.Lsn;
import io.bakstripe.protocol.stripe.Extent;
import io.bakstripe.protocol.stripe.StartFacts;
import io.bakstripe.protocol.stripe.StopFacts;
import io.bakstripe.worker.engine.BackupHold;
import io.bakstripe.worker.engine.BackupOrder;
import io.bakstripe.worker.engine.Engine;
import io.bakstripe.worker.engine.ExtentReader;
import io.bakstripe.worker.engine.PageCheck;
import io.bakstripe.worker.engine.PageReader;
import io.bakstripe.worker.engine.Piece;
import io.bakstripe.worker.engine.RestoreHost;
import io.bakstripe.worker.engine.Sources;
import io.bakstripe.worker.session.FakeDatabase;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The way to a database, on which readers are watched and can be cut off. */
final class CountedDatabase implements Sources, Engine {
    /** What each reader was asked for first, in the order of their opening. */
    final List<Extent> begun = new CopyOnWriteArrayList<>();

    /** What all readers were asked for. */
    final List<Extent> asked = new CopyOnWriteArrayList<>();

    /** Readings, one piece each, that fail because the connection breaks. */
    final AtomicInteger breaks = new AtomicInteger();

    private final FakeDatabase database;

    CountedDatabase(FakeDatabase database) {
        this.database = database;
    }

    @Override
    public CompletionStage<SourceAddress> resolve(InstanceView view, DatabaseRef ref) {
        return database.resolve(view, ref);
    }

    @Override
    public CompletionStage<Optional<RestoreHost>> host(InstanceView view) {
        return CompletableFuture.completedFuture(Optional.empty());
    }

    @Override
    public Engine engine(InstanceView view) {
        return this;
    }

    @Override
    public String name() {
        return database.name();
    }

    @Override
    public SourceFacts inspect(SourceAddress address, BackupOrder order) {
        return database.inspect(address, order);
    }

    @Override
    public Examination examine(SourceAddress address, DatabaseRef ref, DatabaseName display, boolean keepsLog) {
        return database.examine(address, ref, display, keepsLog);
    }

    @Override
    public BackupHold open(SourceAddress address, BackupOrder order) {
        return database.open(address, order);
    }

    @Override
    public BackupHold resume(
            SourceAddress address, BackupOrder order, StartFacts start, StopFacts stopped, List<Extent> inline) {
        return database.resume(address, order, start, stopped, inline);
    }

    @Override
    public void giveBack(SourceAddress address, DatabaseRef ref, DatabaseName display, Lsn published) {
        database.giveBack(address, ref, display, published);
    }

    @Override
    public ExtentReader reader(SourceAddress address, DatabaseName display) {
        return new Watched(database.reader(address, display));
    }

    @Override
    public PageReader pageReader(SourceAddress address, DatabaseName display, StartFacts start) {
        return database.pageReader(address, display, start);
    }

    private final class Watched implements ExtentReader {
        private final ExtentReader reader;
        private boolean used;

        Watched(ExtentReader reader) {
            this.reader = reader;
        }

        @Override
        public void begin(List<Extent> extents) {
            if (!used) {
                begun.add(extents.get(0));
                used = true;
            }
            asked.addAll(extents);
            reader.begin(extents);
        }

        @Override
        public @Nullable Piece next() {
            if (breaks.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                throw BackupError.DATABASE_UNREACHABLE
                        .problem("shop", "terminating connection")
                        .asException();
            }
            return reader.next();
        }

        @Override
        public PageCheck pages() {
            return reader.pages();
        }

        @Override
        public long statements() {
            return reader.statements();
        }

        @Override
        public void abort() {
            reader.abort();
        }

        @Override
        public void close() {
            reader.close();
        }
    }
}
