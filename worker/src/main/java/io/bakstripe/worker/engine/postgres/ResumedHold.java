package io.bakstripe.worker.engine.postgres;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.stripe.Extent;
import io.bakstripe.protocol.stripe.StartFacts;
import io.bakstripe.protocol.stripe.StopFacts;
import io.bakstripe.worker.engine.BackupHold;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** A backup that was stopped before: its log is kept again by a temporary slot of this session, as far as the server still has it. */
final class ResumedHold implements BackupHold {
    private static final String MAKE_SLOT = "SELECT slot_name FROM pg_create_physical_replication_slot(?, true, true)";
    private static final String TIMELINE = "SELECT timeline_id FROM pg_control_checkpoint()";
    private static final String SIZE = "SELECT coalesce((pg_stat_file(?, true)).size, -1)";

    private final PostgresSession session;
    private final StartFacts start;
    private final Stop stop;

    private ResumedHold(PostgresSession session, StartFacts start, Stop stop) {
        this.session = session;
        this.start = start;
        this.stop = stop;
    }

    /** The session stays the caller's when this throws. */
    static ResumedHold open(
            PostgresSession session, String slot, StartFacts start, StopFacts stopped, List<Extent> inline) {
        SourceCheck found = SourceCheck.pass(session);
        session.one(MAKE_SLOT, row -> row.getString(1), slot);
        boolean same = Long.toUnsignedString(found.systemIdentifier()).equals(start.systemIdentifier())
                && session.one(TIMELINE, row -> row.getInt(1)) == start.timeline();
        if (!same) {
            throw BackupError.SESSION_LOST
                    .problem(session.display(), "another server, or another timeline, answers now")
                    .asException();
        }
        List<Extent> closing = new ArrayList<>();
        List<String> paths = found.segments().paths(start.timeline(), start.firstLsn(), stopped.lastLsn());
        for (String path : paths) {
            if (session.one(SIZE, row -> row.getLong(1), path) < 0) {
                throw BackupError.WAL_GONE.problem(path, session.display()).asException();
            }
            closing.add(Extent.log(path, found.segmentBytes()));
        }
        closing.addAll(inline);
        closing.add(Extent.control(FileRules.CONTROL_FILE, ControlFile.BYTES));
        return new ResumedHold(session, start, new Stop(stopped.lastLsn(), stopped.stoppedAt(), closing));
    }

    @Override
    public StartFacts start() {
        return start;
    }

    @Override
    public void list(Consumer<Extent> consumer) {
        throw new IllegalStateException("a stopped backup has no data left to list");
    }

    @Override
    public void verifyOpen() {
        throw new IllegalStateException("a stopped backup is not open");
    }

    @Override
    public Stop stop() {
        return stop;
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
