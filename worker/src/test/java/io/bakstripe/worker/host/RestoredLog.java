package io.bakstripe.worker.host;

import io.bakstripe.protocol.name.Lsn;
import io.bakstripe.worker.wal.WrittenLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The log of a backup as it lies in a restored data directory: from the redo point over the checkpoint to the record of the backup's end. */
final class RestoredLog {
    static final Lsn START = Lsn.parse("0/300028");

    private static final int CHECKPOINT = 0x10;
    private static final int BACKUP_END = 0x50;

    final WrittenLog log = new WrittenLog(Lsn.parse("0/300000"));
    private final Lsn checkpoint;

    RestoredLog() {
        log.add(8, 0x10, new byte[0]);
        checkpoint = log.addLsn(CHECKPOINT, START);
    }

    /** Ends the backup. */
    RestoredLog ended() {
        log.addLsn(BACKUP_END, Lsn.parse("0/200028"));
        log.addLsn(BACKUP_END, START);
        return this;
    }

    /** Writes log and label. */
    void writeTo(Path data) throws IOException {
        log.writeTo(Files.createDirectories(data.resolve("pg_wal")));
        writeLabel(data, START, checkpoint);
    }

    static void writeLabel(Path data, Lsn start, Lsn checkpoint) throws IOException {
        Files.writeString(
                data.resolve("backup_label"),
                "START WAL LOCATION: " + start + " (file " + WrittenLog.LAYOUT.fileName(WrittenLog.TIMELINE, start)
                        + ")\nCHECKPOINT LOCATION: " + checkpoint
                        + "\nBACKUP METHOD: streamed\nBACKUP FROM: primary\nLABEL: täst\nSTART TIMELINE: 1\n");
    }

    Lsn checkpoint() {
        return checkpoint;
    }
}
