package io.bakstripe.worker.host;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.BakstripeException;
import io.bakstripe.protocol.name.Lsn;
import io.bakstripe.worker.wal.DamagedLogException;
import io.bakstripe.worker.wal.LogFiles;
import io.bakstripe.worker.wal.LogReader;
import io.bakstripe.worker.wal.LogRecord;
import io.bakstripe.worker.wal.RecordHead;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The tablespaces that were created while a backup ran, as its log tells of them. Replaying such a record as it is would empty and use the directory that
 * the <em>source</em> named, which may be there and in use. So the path in the record is made empty, which stands for a tablespace in the place of
 * its link: the server then uses what {@code pg_tblspc/<oid>} is or leads to, and makes it when it is not there.
 *
 * <h2>What is written, and a crash in between</h2>
 *
 * The first byte of the path, always a slash, becomes zero, and the record gets its new checksum. When only one of the two reached the disk, the
 * checksum fits the record with the other first byte; that is told from damage and completed. Everything else with a wrong checksum is damage.
 *
 * <p>Only the log from the backup's start to the record of its end is looked at and changed: the server does not replay more. All its records are
 * checked on the way, so a log that does not lead from start to end is refused before a server works on it.
 */
final class ReplayedTablespaces {
    private static final int BACKUP_END = 0x50;
    private static final int CHECKPOINT_SHUTDOWN = 0x00;
    private static final int CHECKPOINT_ONLINE = 0x10;
    private static final int CREATE = 0x00;

    private static final int PATH_AT = 4;
    private static final int CHECKSUM_AT = 20;

    private final LogFiles files;
    private final BackupLabel label;
    private final Set<Long> created = new TreeSet<>();
    private boolean checkpointSeen;

    private ReplayedTablespaces(LogFiles files, BackupLabel label) {
        this.files = files;
        this.label = label;
    }

    /**
     * Empties the paths in the log of a restored data directory that was not started yet, and gives the identifiers of all tablespaces that this log
     * creates. Safe to repeat. {@code MANIFEST_MISMATCH} when the log is damaged or does not reach from the backup's start to its end.
     */
    static Set<Long> withoutPaths(Path data) throws IOException {
        BackupLabel label = BackupLabel.read(data);
        Path log = data.resolve("pg_wal");
        if (!Files.isRegularFile(log.resolve(label.file()), LinkOption.NOFOLLOW_LINKS)) {
            throw mismatch("log segment " + label.file() + " is missing");
        }
        try (LogFiles files = new LogFiles(log, label.timeline(), LogFiles.layoutOf(log.resolve(label.file())))) {
            return new ReplayedTablespaces(files, label).run();
        } catch (DamagedLogException damage) {
            throw mismatch(String.valueOf(damage.getMessage()));
        }
    }

    private Set<Long> run() throws IOException {
        LogReader reader = new LogReader(
                files.pages(),
                label.start(),
                this::wanted,
                record -> halfWritten(record).isPresent());
        for (Optional<LogRecord> next = reader.next(); next.isPresent(); next = reader.next()) {
            LogRecord record = next.get();
            if (record.head().resourceManager() == RecordHead.TABLESPACE) {
                emptyPath(record);
            } else if (record.head().kind() == BACKUP_END) {
                if (lsnIn(record).equals(label.start())) {
                    requireCheckpoint();
                    return created;
                }
            } else {
                checkpoint(record);
            }
        }
        throw mismatch("the log ends at " + reader.position() + ", before the end of the backup");
    }

    private boolean wanted(RecordHead head) {
        return head.is(RecordHead.TABLESPACE, CREATE)
                || head.is(RecordHead.LOG, BACKUP_END)
                || head.begin().equals(label.checkpoint());
    }

    /** The server replays from where the checkpoint says: what it says must be where this began to look. */
    private void checkpoint(LogRecord record) {
        boolean is = record.head().is(RecordHead.LOG, CHECKPOINT_ONLINE)
                || record.head().is(RecordHead.LOG, CHECKPOINT_SHUTDOWN);
        if (!is || !lsnIn(record).equals(label.start())) {
            throw mismatch("the record at " + label.checkpoint() + " is not the checkpoint of the backup's start");
        }
        checkpointSeen = true;
    }

    private void requireCheckpoint() {
        if (!checkpointSeen) {
            throw mismatch("the log has no checkpoint at " + label.checkpoint());
        }
    }

    private void emptyPath(LogRecord record) throws IOException {
        created.add(Integer.toUnsignedLong(data(record).getInt(0)));
        int pathAt = record.mainDataAt() + PATH_AT;
        LogRecord emptied = withPathByte(record, (byte) 0);
        if (record.content()[pathAt] != 0) {
            files.overwrite(record.head().begin(), pathAt, new byte[] {0});
        }
        if (record.head().checksum() != emptied.checksum()) {
            ByteBuffer checksum = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            checksum.putInt(emptied.checksum());
            files.overwrite(record.head().begin(), CHECKSUM_AT, checksum.array());
        }
    }

    /** The record that a crash left with one of the two changes only, as it was before or was to be; empty when it is something else. */
    private static Optional<LogRecord> halfWritten(LogRecord record) {
        if (!record.head().is(RecordHead.TABLESPACE, CREATE)) {
            return Optional.empty();
        }
        try {
            byte is = record.content()[record.mainDataAt() + PATH_AT];
            if (is != 0 && is != '/') {
                return Optional.empty();
            }
            LogRecord other = withPathByte(record, is == 0 ? (byte) '/' : 0);
            return Optional.of(other)
                    .filter(fits -> fits.checksum() == record.head().checksum());
        } catch (IllegalStateException | IndexOutOfBoundsException | java.nio.BufferUnderflowException notEvenARecord) {
            return Optional.empty();
        }
    }

    private static LogRecord withPathByte(LogRecord record, byte first) {
        byte[] content = record.content().clone();
        content[record.mainDataAt() + PATH_AT] = first;
        return new LogRecord(record.head(), record.end(), record.magic(), content);
    }

    private static Lsn lsnIn(LogRecord record) {
        return new Lsn(data(record).getLong(0));
    }

    private static ByteBuffer data(LogRecord record) {
        byte[] data = record.mainData();
        if (data.length < Long.BYTES && record.head().resourceManager() == RecordHead.LOG || data.length <= PATH_AT) {
            throw mismatch("the log record at " + record.head().begin() + " is too short");
        }
        return ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static BakstripeException mismatch(String what) {
        return BackupError.MANIFEST_MISMATCH.problem(what).asException();
    }
}
