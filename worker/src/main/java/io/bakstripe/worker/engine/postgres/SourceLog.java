package io.bakstripe.worker.engine.postgres;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.name.Lsn;
import io.bakstripe.protocol.stripe.StartFacts;
import io.bakstripe.worker.wal.DamagedLogException;
import io.bakstripe.worker.wal.LogPages;
import io.bakstripe.worker.wal.LogReader;
import io.bakstripe.worker.wal.LogRecord;
import io.bakstripe.worker.wal.LogSource;
import io.bakstripe.worker.wal.RecordHead;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** The log that a server wrote while it was backed up, read through the session of the backup once this was stopped. */
final class SourceLog implements LogSource {
    private static final String READ = "SELECT pg_read_binary_file(?, ?, ?, true)";
    private static final int BACKUP_END = 0x50;

    private final PostgresSession session;
    private final LogSegments segments;
    private final StartFacts start;

    SourceLog(PostgresSession session, LogSegments segments, StartFacts start) {
        this.session = session;
        this.segments = segments;
        this.start = start;
    }

    /** Gives the wanted records from the backup's start to its end, in order; {@code ENGINE_FAILED} when this log cannot be read as one. */
    void each(Predicate<RecordHead> wanted, Consumer<LogRecord> consumer) {
        LogReader reader = new LogReader(
                new LogPages(this, start.timeline(), segments.layout()),
                start.firstLsn(),
                head -> head.is(RecordHead.LOG, BACKUP_END) || wanted.test(head));
        try {
            for (Optional<LogRecord> next = reader.next(); next.isPresent(); next = reader.next()) {
                LogRecord record = next.get();
                if (isEnd(record)) {
                    return;
                }
                if (wanted.test(record.head())) {
                    consumer.accept(record);
                }
            }
        } catch (DamagedLogException | IllegalStateException unreadable) {
            throw BackupError.ENGINE_FAILED
                    .problem(session.display(), String.valueOf(unreadable.getMessage()))
                    .asException(unreadable);
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
        throw BackupError.ENGINE_FAILED
                .problem(session.display(), "its log ends at " + reader.position() + ", before the end of the backup")
                .asException();
    }

    private boolean isEnd(LogRecord record) {
        return record.head().is(RecordHead.LOG, BACKUP_END)
                && new Lsn(ByteBuffer.wrap(record.mainData())
                                .order(ByteOrder.LITTLE_ENDIAN)
                                .getLong())
                        .equals(start.firstLsn());
    }

    @Override
    public void read(String file, int from, ByteBuffer into) {
        session.one(READ, row -> Optional.ofNullable(row.getBytes(1)), LogSegments.DIRECTORY + file, (long) from, (long)
                        into.remaining())
                .ifPresent(into::put);
    }
}
