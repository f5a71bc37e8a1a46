package io.bakstripe.worker.engine.postgres;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.BakstripeException;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.readiness.Finding;
import io.bakstripe.protocol.stripe.Extent;
import io.bakstripe.protocol.stripe.StartFacts;
import io.bakstripe.protocol.stripe.StopFacts;
import io.bakstripe.worker.engine.BackupHold;
import io.bakstripe.worker.engine.Engine;
import io.bakstripe.worker.engine.ExtentReader;
import io.bakstripe.worker.engine.PageReader;
import java.time.InstantSource;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;

/** PostgreSQL, read over SQL. Thread-safe; holds nothing open itself, and remembers how fast each server may be read. */
public final class PostgresEngine implements Engine {
    /** As instance definitions and stripe headers spell it. */
    public static final String NAME = "postgresql";

    private final PostgresSettings settings;
    private final InstantSource clock;
    private final Supplier<UUID> ids;
    private final ConcurrentMap<String, ReadPace> paces = new ConcurrentHashMap<>();

    /** @param ids for the names of temporary replication slots */
    public PostgresEngine(PostgresSettings settings, InstantSource clock, Supplier<UUID> ids) {
        this.settings = settings;
        this.clock = clock;
        this.ids = ids;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public SourceFacts inspect(SourceAddress address, DatabaseName display) {
        try (PostgresSession session = PostgresSession.open(
                address, display, settings, settings.inspectTimeout(), BackupError.DATABASE_UNREACHABLE)) {
            SourceCheck found = SourceCheck.pass(session);
            return new SourceFacts(
                    Integer.toString(session.version().major()),
                    Long.toUnsignedString(found.systemIdentifier()),
                    SourceCheck.estimatedBytes(session));
        }
    }

    @Override
    public Examination examine(SourceAddress address, DatabaseName display) {
        try (PostgresSession session = PostgresSession.open(
                address, display, settings, settings.inspectTimeout(), BackupError.DATABASE_UNREACHABLE)) {
            SourceState state = SourceState.read(session);
            return new Examination(SourceFindings.of(display, state), OptionalLong.of(state.bytes()));
        } catch (BakstripeException failure) {
            return new Examination(List.of(Finding.problem("connection", failure.problem())), OptionalLong.empty());
        }
    }

    @Override
    public BackupHold open(SourceAddress address, DatabaseName display, String label) {
        PostgresSession session =
                PostgresSession.open(address, display, settings, settings.answerTimeout(), BackupError.SESSION_LOST);
        try {
            String slot = "bakstripe_" + ids.get().toString().replace("-", "");
            return PostgresBackupHold.open(session, settings, clock, slot, label);
        } catch (RuntimeException failure) {
            session.close();
            throw failure;
        }
    }

    @Override
    public BackupHold resume(
            SourceAddress address,
            DatabaseName display,
            String label,
            StartFacts start,
            StopFacts stopped,
            List<Extent> inline) {
        PostgresSession session = PostgresSession.open(
                address, display, settings, settings.answerTimeout(), BackupError.DATABASE_UNREACHABLE);
        try {
            String slot = "bakstripe_" + ids.get().toString().replace("-", "");
            return ResumedHold.open(session, slot, start, stopped, inline);
        } catch (RuntimeException failure) {
            session.close();
            throw failure;
        }
    }

    @Override
    public ExtentReader reader(SourceAddress address, DatabaseName display) {
        ReadPace pace =
                paces.computeIfAbsent(address.jdbcUrl(), server -> ReadPace.of(settings.load(), settings.chunkBytes()));
        return new PostgresExtentReader(settings, connect(address, display), pace);
    }

    @Override
    public PageReader pageReader(SourceAddress address, DatabaseName display, StartFacts start) {
        return new PostgresPageReader(connect(address, display), start.firstLsn());
    }

    private PostgresSession connect(SourceAddress address, DatabaseName display) {
        return PostgresSession.open(
                address, display, settings, settings.answerTimeout(), BackupError.DATABASE_UNREACHABLE);
    }
}
