package io.bakstripe.worker.engine.postgres;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.name.Lsn;
import io.bakstripe.protocol.stripe.Extent;
import io.bakstripe.protocol.stripe.StartFacts;
import io.bakstripe.protocol.stripe.StopFacts;
import io.bakstripe.worker.engine.BackupHold;
import io.bakstripe.worker.engine.Listed;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * A backup that was stopped before: its log is kept again by a temporary slot of this session, as far as the server still has it.
 *
 * <p>The slot comes first, then the look at the log: what is seen and is newer than the server's latest checkpoint stays. A slot cannot keep what is older;
 * the next checkpoint may take it, and a reader that finds it gone, or finds something else in its place, says {@code WAL_GONE}.
 */
final class ResumedHold implements BackupHold {
    private static final String IDENTITY = """
            SELECT (SELECT system_identifier FROM pg_control_system()), (SELECT timeline_id FROM pg_control_checkpoint()),
                   (SELECT setting::int FROM pg_settings WHERE name = 'wal_segment_size'),
                   current_setting('wal_block_size')::int,
                   CASE WHEN pg_is_in_recovery() THEN '0/0' ELSE pg_current_wal_flush_lsn()::text END""";

    private final PostgresSession session;
    private final LogSlot slot;
    private final StartFacts start;
    private final Stop stop;

    private ResumedHold(PostgresSession session, LogSlot slot, StartFacts start, Stop stop) {
        this.session = session;
        this.slot = slot;
        this.start = start;
        this.stop = stop;
    }

    /** The session stays the caller's when this throws. */
    static ResumedHold open(
            PostgresSession session, String slot, StartFacts start, StopFacts stopped, List<Extent> inline) {
        LogSlot log = LogSlot.make(session, slot);
        LogSegments segments = session.one(
                        IDENTITY,
                        row -> new Server(
                                new LogSegments(row.getLong(1), row.getInt(3), row.getInt(4)),
                                row.getInt(2),
                                Lsn.parse(row.getString(5))))
                .require(session, start, stopped);
        List<Extent> closing = new ArrayList<>();
        List<String> paths = segments.paths(start.timeline(), start.firstLsn(), stopped.lastLsn());
        KeptSegments.missing(session, segments, paths).ifPresent(path -> {
            throw BackupError.WAL_GONE.problem(path, session.display()).asException();
        });
        paths.forEach(path -> closing.add(Extent.log(path, segments.segmentBytes())));
        closing.addAll(inline);
        closing.add(Extent.control(FileRules.CONTROL_FILE, ControlFile.BYTES));
        Stop stop = new Stop(stopped.lastLsn(), stopped.stoppedAt(), closing, stopped.serverTime(), stopped.keptLog());
        return new ResumedHold(session, log, start, stop);
    }

    @Override
    public StartFacts start() {
        return start;
    }

    @Override
    public void list(Consumer<Listed> consumer) {
        throw new IllegalStateException("a stopped backup has no data left to list");
    }

    @Override
    public void verifyOpen() {
        slot.verifyHeld();
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

    /** @param written how far its log is on disk; 0/0 for a standby, which writes none of its own */
    private record Server(LogSegments segments, int timeline, Lsn written) {
        /** Throws {@code SESSION_LOST} unless this server still has the history that the backup ended on. */
        LogSegments require(PostgresSession session, StartFacts start, StopFacts stopped) {
            boolean same = Long.toUnsignedString(segments.systemIdentifier()).equals(start.systemIdentifier())
                    && timeline == start.timeline()
                    && segments.segmentBytes() == start.segmentBytes();
            if (!same) {
                throw BackupError.SESSION_LOST
                        .problem(session.display(), "another server, or another timeline, answers now")
                        .asException();
            }
            if (written.compareTo(stopped.lastLsn()) < 0) {
                throw BackupError.SESSION_LOST
                        .problem(
                                session.display(),
                                "the server was set back to " + written + ", before the backup's end at "
                                        + stopped.lastLsn())
                        .asException();
            }
            return segments;
        }
    }
}
