package io.bakstripe.worker.engine.postgres;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.BakstripeException;
import io.bakstripe.worker.engine.postgres.CopyBatches.Range;
import java.nio.ByteBuffer;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postgresql.copy.CopyOut;

/** One COPY statement while it is read: gives exactly one answer for each of its ranges, in their order, or throws. */
final class RunningCopy {
    private final PostgresSession session;
    private final List<Range> ranges;
    private final CopyOut out;
    private final CopyRows rows;
    private int answered;

    private RunningCopy(PostgresSession session, List<Range> ranges, CopyOut out, CopyRows rows) {
        this.session = session;
        this.ranges = ranges;
        this.out = out;
        this.rows = rows;
    }

    /** Sends the statement. */
    static RunningCopy start(PostgresSession session, List<Range> ranges, int maxValueBytes) {
        return new RunningCopy(session, ranges, session.copyOut(CopyBatches.sql(ranges)), new CopyRows(maxValueBytes));
    }

    List<Range> ranges() {
        return ranges;
    }

    /** True while the server still sends: the connection can do nothing else. */
    boolean active() {
        return out.isActive();
    }

    /** The next answer; null when all have been given and the statement has ended on the server too. */
    @Nullable Answer next() {
        try {
            CopyRows.Row row = row();
            if (answered == ranges.size() && row == null) {
                return null;
            }
            if (row == null || answered == ranges.size() || row.number() != answered) {
                throw broken("row " + (row == null ? "none" : row.number()) + " came in the place of row " + answered);
            }
            return new Answer(ranges.get(answered++), row.value());
        } catch (SQLException failure) {
            throw session.failed(failure);
        } catch (IllegalArgumentException failure) {
            throw broken(String.valueOf(failure.getMessage()));
        }
    }

    /** Reads on to the end, so that the connection is free for another statement. */
    void drain() {
        while (next() != null) {
            // What comes is not wanted any more.
        }
    }

    private CopyRows.@Nullable Row row() throws SQLException {
        while (true) {
            CopyRows.Row row = rows.poll();
            if (row != null) {
                return row;
            }
            byte[] arrived = out.isActive() ? out.readFromCopy() : null;
            if (arrived == null) {
                if (!rows.ended()) {
                    throw broken("the COPY ended too early");
                }
                return null;
            }
            rows.feed(arrived);
        }
    }

    private BakstripeException broken(String text) {
        return BackupError.ENGINE_FAILED.problem(session.display(), text).asException();
    }

    /** @param content from its beginning to its limit; null when the file is not there */
    record Answer(Range range, @Nullable ByteBuffer content) {}
}
