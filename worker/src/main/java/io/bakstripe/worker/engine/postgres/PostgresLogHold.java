package io.bakstripe.worker.engine.postgres;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.BakstripeException;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.Lsn;
import io.bakstripe.protocol.stripe.Extent;
import io.bakstripe.protocol.stripe.LogChain;
import io.bakstripe.protocol.stripe.LogSpan;
import io.bakstripe.protocol.stripe.StartFacts;
import io.bakstripe.worker.engine.BackupHold;
import io.bakstripe.worker.engine.BackupOrder;
import io.bakstripe.worker.engine.Listed;
import io.bakstripe.worker.wal.LogLayout;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A log backup: the segments from where its chain ends up to a switch of segments that it causes. They are whole when this is opened, and the lasting slot
 * keeps them until they are given back, which is no matter of the hold.
 *
 * <p>Before the switch a transaction of our own is committed: behind the moment that is recorded as the fence, so that a restore to any moment up to the
 * fence finds something in this log at which it knows that nothing more is to come.
 */
final class PostgresLogHold implements BackupHold {
    private static final String COMMIT = "SELECT pg_current_xact_id()::text";
    private static final String SWITCH = "SELECT pg_switch_wal()::text";

    private final PostgresSession session;
    private final InstantSource clock;
    private final KeptLogSlot slot;
    private final LogChain chain;
    private final Lsn end;
    private final LogSegments segments;
    private final StartFacts start;

    private PostgresLogHold(
            PostgresSession session,
            InstantSource clock,
            KeptLogSlot slot,
            LogChain chain,
            Lsn end,
            LogSegments segments,
            StartFacts start) {
        this.session = session;
        this.clock = clock;
        this.slot = slot;
        this.chain = chain;
        this.end = end;
        this.segments = segments;
        this.start = start;
    }

    /** Checks that the server has the log, then ends the segment that it writes to. The session stays the caller's when this throws. */
    static PostgresLogHold open(
            PostgresSession session, InstantSource clock, BackupOrder order, SourceCheck found, LogChain chain) {
        KeptLogSlot slot = new KeptLogSlot(session, order.database());
        LogLayout layout = found.segments().layout();
        requireKept(slot, chain, layout, session.display());
        Instant startedAt = clock.instant();
        Instant fence = ServerClock.now(session);
        session.one(COMMIT, row -> row.getString(1));
        Lsn switched = Lsn.parse(session.one(SWITCH, row -> row.getString(1)));
        Instant until = ServerClock.now(session);
        Lsn end = layout.segmentOf(switched).equals(switched) ? switched : layout.nextSegment(switched);
        KeptSegments.missing(session, found.segments(), found.segments().paths(chain.timeline(), chain.nextLsn(), end))
                .ifPresent(path -> {
                    throw broken(session.display(), "its segment " + path + " is gone");
                });
        StartFacts start = new StartFacts(
                PostgresEngine.NAME,
                Integer.toString(session.version().major()),
                chain.systemIdentifier(),
                chain.timeline(),
                chain.nextLsn(),
                found.segmentBytes(),
                "",
                found.dbname(),
                Optional.of(chain.recoveryFork()),
                startedAt,
                Optional.of(new LogSpan(chain.firstLsn(), chain.fence(), fence, until)),
                Map.of());
        return new PostgresLogHold(session, clock, slot, chain, end, found.segments(), start);
    }

    /** Throws {@code LOG_CHAIN_BROKEN} unless the server keeps its log from where the chain ends. */
    static void requireKept(KeptLogSlot slot, LogChain chain, LogLayout layout, DatabaseName display) {
        KeptLogSlot.State state =
                slot.state().orElseThrow(() -> broken(display, "its replication slot " + slot.name() + " is gone"));
        if (!state.alive()) {
            throw broken(
                    display,
                    "its replication slot " + slot.name() + " no longer keeps it (wal_status " + state.walStatus()
                            + ")");
        }
        // Segments are kept as wholes.
        if (state.from()
                .map(layout::segmentOf)
                .filter(from -> from.compareTo(chain.nextLsn()) <= 0)
                .isEmpty()) {
            throw broken(
                    display,
                    "its replication slot " + slot.name() + " keeps it from "
                            + state.from().map(Lsn::toString).orElse("nowhere") + " on, the chain ends at "
                            + chain.nextLsn());
        }
    }

    private static BakstripeException broken(DatabaseName display, String why) {
        return BackupError.LOG_CHAIN_BROKEN.problem(display, why).asException();
    }

    @Override
    public StartFacts start() {
        return start;
    }

    @Override
    public void list(Consumer<Listed> consumer) {
        for (String path : segments.paths(chain.timeline(), chain.nextLsn(), end)) {
            consumer.accept(Listed.whole(Extent.log(path, segments.segmentBytes())));
        }
    }

    @Override
    public void verifyOpen() {
        requireKept(slot, chain, segments.layout(), session.display());
    }

    @Override
    public Stop stop() {
        return new Stop(end, clock.instant(), List.of(), start.log().map(LogSpan::until), Optional.empty());
    }

    @Override
    public long statements() {
        return session.statements();
    }

    @Override
    public void abort() {
        session.abort();
    }

    @Override
    public void close() {
        session.close();
    }
}
