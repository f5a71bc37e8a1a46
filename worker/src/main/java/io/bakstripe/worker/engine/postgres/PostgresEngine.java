package io.bakstripe.worker.engine.postgres;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.BakstripeException;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.name.Lsn;
import io.bakstripe.protocol.procedure.BackupType;
import io.bakstripe.protocol.readiness.Finding;
import io.bakstripe.protocol.stripe.Extent;
import io.bakstripe.protocol.stripe.LogChain;
import io.bakstripe.protocol.stripe.StartFacts;
import io.bakstripe.protocol.stripe.StopFacts;
import io.bakstripe.worker.engine.BackupHold;
import io.bakstripe.worker.engine.BackupOrder;
import io.bakstripe.worker.engine.Engine;
import io.bakstripe.worker.engine.ExtentReader;
import io.bakstripe.worker.engine.PageReader;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;

/**
 * PostgreSQL, read over SQL. Thread-safe; remembers how fast each server may be read, and keeps the sessions of {@link #inspect} open for some seconds.
 */
public final class PostgresEngine implements Engine, AutoCloseable {
    /** As instance definitions and stripe headers spell it. */
    public static final String NAME = "postgresql";

    private final PostgresSettings settings;
    private final InstantSource clock;
    private final Supplier<UUID> ids;
    private final InspectionSessions inspections;
    private final ConcurrentMap<String, ReadPace> paces = new ConcurrentHashMap<>();

    /** @param ids for the names of temporary replication slots */
    public PostgresEngine(PostgresSettings settings, InstantSource clock, Supplier<UUID> ids) {
        this.settings = settings;
        this.clock = clock;
        this.ids = ids;
        this.inspections = new InspectionSessions(settings, clock);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public SourceFacts inspect(SourceAddress address, BackupOrder order) {
        return inspections.look(address, order.display(), session -> inspect(session, address, order));
    }

    private static SourceFacts inspect(PostgresSession session, SourceAddress address, BackupOrder order) {
        SourceCheck found = SourceCheck.pass(session, order.basis());
        Continuity history = Continuity.of(session, found, address.recoveryFork());
        history.require(order.display(), order.basis());
        order.basis()
                .chain()
                .ifPresent(chain -> PostgresLogHold.requireKept(
                        new KeptLogSlot(session, order.database()),
                        chain,
                        found.segments().layout(),
                        order.display()));
        return new SourceFacts(
                history.engineVersion(),
                history.systemIdentifier(),
                SourceCheck.estimatedBytes(session, order.basis()));
    }

    @Override
    public Examination examine(SourceAddress address, DatabaseRef database, DatabaseName display, boolean keepsLog) {
        try (PostgresSession session = PostgresSession.open(
                address, display, settings, settings.inspectTimeout(), BackupError.DATABASE_UNREACHABLE)) {
            SourceState state = SourceState.read(session, database, keepsLog);
            return new Examination(SourceFindings.of(display, state), OptionalLong.of(state.bytes()));
        } catch (BakstripeException failure) {
            return new Examination(List.of(Finding.problem("connection", failure.problem())), OptionalLong.empty());
        }
    }

    @Override
    public BackupHold open(SourceAddress address, BackupOrder order) {
        PostgresSession session = PostgresSession.open(
                address, order.display(), settings, settings.answerTimeout(), BackupError.SESSION_LOST);
        try {
            SourceCheck found = SourceCheck.pass(session, order.basis());
            Continuity history = Continuity.of(session, found, address.recoveryFork());
            history.require(order.display(), order.basis());
            Optional<LogChain> chain = order.basis().chain();
            return chain.isPresent()
                    ? PostgresLogHold.open(session, clock, order, found, chain.get())
                    : PostgresBackupHold.open(
                            session, settings, clock, pace(address), temporarySlot(), order, found, history);
        } catch (RuntimeException failure) {
            session.close();
            throw failure;
        }
    }

    @Override
    public BackupHold resume(
            SourceAddress address, BackupOrder order, StartFacts start, StopFacts stopped, List<Extent> inline) {
        if (order.basis().type() == BackupType.LOG) {
            return new StoredLogHold(start, stopped);
        }
        PostgresSession session = connect(address, order.display());
        try {
            return ResumedHold.open(session, temporarySlot(), start, stopped, inline);
        } catch (RuntimeException failure) {
            session.close();
            throw failure;
        }
    }

    @Override
    public void giveBack(SourceAddress address, DatabaseRef database, DatabaseName display, Lsn published) {
        try (PostgresSession session = connect(address, display)) {
            new KeptLogSlot(session, database).advance(published);
        }
    }

    private String temporarySlot() {
        return "bakstripe_" + ids.get().toString().replace("-", "");
    }

    @Override
    public ExtentReader reader(SourceAddress address, DatabaseName display) {
        return new PostgresExtentReader(settings, connect(address, display), pace(address));
    }

    private ReadPace pace(SourceAddress address) {
        return paces.computeIfAbsent(address.jdbcUrl(), server -> ReadPace.of(settings.load(), settings.chunkBytes()));
    }

    @Override
    public PageReader pageReader(SourceAddress address, DatabaseName display, StartFacts start) {
        return new PostgresPageReader(connect(address, display), start.firstLsn());
    }

    private PostgresSession connect(SourceAddress address, DatabaseName display) {
        return PostgresSession.open(
                address, display, settings, settings.answerTimeout(), BackupError.DATABASE_UNREACHABLE);
    }

    /** Closes the sessions that are kept; nothing can be inspected any more. */
    @Override
    public void close() {
        inspections.close();
    }
}
