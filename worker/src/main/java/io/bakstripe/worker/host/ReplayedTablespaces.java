package io.bakstripe.worker.host;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.worker.wal.LogFiles;
import io.bakstripe.worker.wal.LogRecord;
import io.bakstripe.worker.wal.RecordHead;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The tablespaces that a log creates. Replaying such a record as it is would empty and use the directory that the <em>source</em> named, which may be
 * there and in use. So the path in the record is made empty, which stands for a tablespace in the place of its link: the server then uses what
 * {@code pg_tblspc/<oid>} is or leads to, and makes it when it is not there.
 *
 * <h2>What is written, and a crash in between</h2>
 *
 * The first byte of the path, always a slash, becomes zero, and the record gets its new checksum. When only one of the two reached the disk, the
 * checksum fits the record with the other first byte; that is told from damage and completed. Everything else with a wrong checksum is damage.
 */
final class ReplayedTablespaces {
    private static final int CREATE = 0x00;
    private static final int PATH_AT = 4;
    private static final int CHECKSUM_AT = 20;

    private final LogFiles files;
    private final Set<Long> created = new TreeSet<>();

    /** @param files that hold the records */
    ReplayedTablespaces(LogFiles files) {
        this.files = files;
    }

    /** Whether a record with this header creates one. */
    static boolean creates(RecordHead head) {
        return head.is(RecordHead.TABLESPACE, CREATE);
    }

    /** The identifiers of those that the records so far create. */
    Set<Long> created() {
        return created;
    }

    /** Makes the path of a record that creates one empty, on disk; safe to repeat. {@code MANIFEST_MISMATCH} when the record is too short for one. */
    void emptyPath(LogRecord record) throws IOException {
        byte[] data = record.mainData();
        if (data.length <= PATH_AT) {
            throw BackupError.MANIFEST_MISMATCH
                    .problem("the log record at " + record.head().begin() + " is too short")
                    .asException();
        }
        created.add(Integer.toUnsignedLong(
                ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN).getInt()));
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
    static Optional<LogRecord> halfWritten(LogRecord record) {
        if (!creates(record.head())) {
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
}
