package io.bakstripe.worker.host;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.BakstripeException;
import io.bakstripe.protocol.name.Lsn;
import io.bakstripe.worker.wal.DamagedLogException;
import io.bakstripe.worker.wal.LogFiles;
import io.bakstripe.worker.wal.LogReader;
import io.bakstripe.worker.wal.LogRecord;
import io.bakstripe.worker.wal.RecordHead;
import io.bakstripe.worker.wal.TransactionEnd;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Goes over a restored log from record to record before a server replays it: proves that it leads without a gap from where it must begin to where it must
 * end, takes the source's paths of tablespaces out of it, and learns when transactions ended. A server itself would take a log that ends too early for a log
 * that ends.
 *
 * <p>Exactly what will be replayed is looked at and changed, record by record. Everything thrown for a log that is not what a server wrote, of another server or
 * timeline, or too short is {@code MANIFEST_MISMATCH}; paths that were made empty before stay empty, which changes nothing for the same log complete. A pass can be
 * repeated.
 */
final class LogPass {
    private static final int BACKUP_END = 0x50;
    private static final int CHECKPOINT_SHUTDOWN = 0x00;
    private static final int CHECKPOINT_ONLINE = 0x10;

    private final ReplayedTablespaces tablespaces;
    private Optional<Instant> lastCommit = Optional.empty();
    private ServerLimits limits = ServerLimits.NONE;

    private LogPass(LogFiles files) {
        this.tablespaces = new ReplayedTablespaces(files);
    }

    /** The log that came with a data backup, in a data directory that was not started since: from the backup's start to the record of its end. */
    static LogFindings ofBackup(Path data) throws IOException {
        BackupLabel label = BackupLabel.read(data);
        Path log = data.resolve("pg_wal");
        Path first = log.resolve(label.file());
        if (!Files.isRegularFile(first, LinkOption.NOFOLLOW_LINKS)) {
            throw mismatch("log segment " + label.file() + " is missing");
        }
        return guarded(() -> {
            LogFiles.SegmentHead head = LogFiles.headOf(first);
            OptionalLong writer = ServerLimits.systemIdentifier(data);
            if (writer.isPresent() && writer.getAsLong() != head.writer()) {
                throw mismatch("log segment " + label.file() + " was written by server "
                        + Long.toUnsignedString(head.writer()) + ", not by "
                        + Long.toUnsignedString(writer.getAsLong()));
            }
            try (LogFiles files = new LogFiles(log, label.timeline(), head.layout())) {
                return new LogPass(files).toBackupEnd(files, head.writer(), label);
            }
        });
    }

    /**
     * The log behind what is proven already.
     *
     * @param from where its first record begins, or the beginning of that record's page
     * @param before where the record before it begins
     * @param stopAt nothing is looked at from the first end of a transaction on whose moment is not before this one
     */
    static LogFindings onwards(RolledSegments segments, Lsn from, Lsn before, Optional<Instant> stopAt)
            throws IOException {
        return guarded(() -> {
            try (LogFiles files = segments.files()) {
                return new LogPass(files).onwards(files, segments, from, before, stopAt);
            }
        });
    }

    private LogFindings toBackupEnd(LogFiles files, long writer, BackupLabel label) throws IOException {
        LogReader reader = new LogReader(
                files.pagesOf(writer),
                label.start(),
                head -> collects(head)
                        || head.is(RecordHead.LOG, BACKUP_END)
                        || head.begin().equals(label.checkpoint()),
                record -> ReplayedTablespaces.halfWritten(record).isPresent());
        boolean checkpointSeen = false;
        for (Optional<LogRecord> next = reader.next(); next.isPresent(); next = reader.next()) {
            LogRecord record = next.get();
            if (record.head().begin().equals(label.checkpoint())) {
                requireCheckpoint(record, label);
                checkpointSeen = true;
            } else if (collects(record.head())) {
                collect(record);
            } else if (lsnIn(record).equals(label.start())) {
                if (!checkpointSeen) {
                    throw mismatch("the log has no checkpoint at " + label.checkpoint());
                }
                return found(record.end(), record.head().begin(), false);
            }
        }
        throw mismatch("the log ends at " + reader.position() + ", before the end of the backup");
    }

    private LogFindings onwards(LogFiles files, RolledSegments segments, Lsn from, Lsn before, Optional<Instant> stopAt)
            throws IOException {
        LogReader reader = new LogReader(
                files.pagesOf(segments.writer()),
                from,
                Optional.of(before),
                LogPass::collects,
                record -> ReplayedTablespaces.halfWritten(record).isPresent());
        for (Optional<LogRecord> next = reader.next(); next.isPresent(); next = reader.next()) {
            LogRecord record = next.get();
            if (TransactionEnd.is(record.head()) && stopAt.isPresent()) {
                if (!moment(record).isBefore(stopAt.get())) {
                    return found(record.head().begin(), record.head().previous(), true);
                }
            }
            collect(record);
        }
        if (reader.position().compareTo(segments.end()) < 0) {
            throw mismatch("the log ends at " + reader.position() + ", before " + segments.end());
        }
        return found(reader.position(), reader.last().orElse(before), false);
    }

    private static boolean collects(RecordHead head) {
        return ReplayedTablespaces.creates(head) || TransactionEnd.is(head) || ServerLimits.changedBy(head);
    }

    private void collect(LogRecord record) throws IOException {
        if (ReplayedTablespaces.creates(record.head())) {
            tablespaces.emptyPath(record);
        } else if (ServerLimits.changedBy(record.head())) {
            limits = limits.and(record);
        } else {
            Instant moment = moment(record);
            lastCommit = Optional.of(lastCommit.filter(moment::isBefore).orElse(moment));
        }
    }

    private LogFindings found(Lsn end, Lsn lastRecord, boolean stopped) {
        return new LogFindings(end, lastRecord, lastCommit, stopped, tablespaces.created(), limits);
    }

    /** The server replays from where the checkpoint says: what it says must be where this began to look. */
    private static void requireCheckpoint(LogRecord record, BackupLabel label) {
        boolean is = record.head().is(RecordHead.LOG, CHECKPOINT_ONLINE)
                || record.head().is(RecordHead.LOG, CHECKPOINT_SHUTDOWN);
        if (!is || !lsnIn(record).equals(label.start())) {
            throw mismatch("the record at " + label.checkpoint() + " is not the checkpoint of the backup's start");
        }
    }

    private static Lsn lsnIn(LogRecord record) {
        byte[] data = record.mainData();
        if (data.length < Long.BYTES) {
            throw tooShort(record);
        }
        return new Lsn(ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN).getLong());
    }

    private static Instant moment(LogRecord record) {
        return TransactionEnd.moment(record).orElseThrow(() -> tooShort(record));
    }

    private static LogFindings guarded(Pass pass) throws IOException {
        try {
            return pass.run();
        } catch (DamagedLogException damage) {
            throw mismatch(String.valueOf(damage.getMessage()));
        }
    }

    private static BakstripeException tooShort(LogRecord record) {
        return mismatch("the log record at " + record.head().begin() + " is too short");
    }

    private static BakstripeException mismatch(String what) {
        return BackupError.MANIFEST_MISMATCH.problem(what).asException();
    }

    private interface Pass {
        LogFindings run() throws IOException;
    }
}
