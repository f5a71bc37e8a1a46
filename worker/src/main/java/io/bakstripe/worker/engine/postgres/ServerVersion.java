package io.bakstripe.worker.engine.postgres;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.procedure.BackupType;
import java.util.ArrayList;
import java.util.List;

/**
 * What differs between server versions.
 *
 * @param number as {@code server_version_num} has it, for example 180006
 */
record ServerVersion(int number) {
    private static final int OLDEST_MAJOR = 13;
    private static final int RENAMED_IN_MAJOR = 15;
    private static final int SUMMARIZES_FROM_MAJOR = 17;

    int major() {
        return number / 10_000;
    }

    boolean supported() {
        return major() >= OLDEST_MAJOR;
    }

    /** Says that this version cannot be backed up. */
    Problem refusal(DatabaseName display) {
        return BackupError.ENGINE_FAILED
                .problem(display, "PostgreSQL " + major() + " is not supported")
                .withHint("PostgreSQL " + OLDEST_MAJOR + " and later can be backed up.");
    }

    /** Begins a backup; parameters: the label, and whether its checkpoint is to be fast; gives the LSN as text. */
    String startSql() {
        return renamed() ? "SELECT pg_backup_start(?, ?)::text" : "SELECT pg_start_backup(?, ?, false)::text";
    }

    /**
     * Ends it without waiting for an archive; gives lsn, labelfile and, as bytes, spcmapfile. The paths in that one are in whatever encoding the file
     * system has: as text they might have none in the database's, and end the backup.
     */
    String stopSql() {
        return "SELECT lsn::text, labelfile, decode(replace(spcmapfile, '\\', '\\\\'), 'escape') FROM "
                + (renamed() ? "pg_backup_stop(false)" : "pg_stop_backup(false, false)");
    }

    /** Whether it can summarize its log. */
    boolean summarizes() {
        return major() >= SUMMARIZES_FROM_MAJOR;
    }

    /**
     * Every function that a backup calls and that a server may refuse to an ordinary role, with argument types.
     *
     * @param keepsLog of a full backup: whether log backups are to follow
     */
    List<String> functions(BackupType type, boolean keepsLog) {
        List<String> functions = new ArrayList<>(reading());
        if (type != BackupType.LOG) {
            functions.addAll(opening());
        }
        if (type == BackupType.DIFFERENTIAL && summarizes()) {
            functions.add("pg_available_wal_summaries()");
            functions.add("pg_wal_summary_contents(bigint,pg_lsn,pg_lsn)");
            functions.add("pg_get_wal_summarizer_state()");
        }
        if (type == BackupType.LOG || keepsLog) {
            functions.add("pg_switch_wal()");
            functions.add("pg_replication_slot_advance(name,pg_lsn)");
        }
        return List.copyOf(functions);
    }

    private static List<String> reading() {
        return List.of(
                "pg_ls_dir(text,boolean,boolean)",
                "pg_stat_file(text,boolean)",
                "pg_read_binary_file(text,bigint,bigint,boolean)",
                "pg_control_system()",
                "pg_control_checkpoint()");
    }

    private List<String> opening() {
        return List.of(
                renamed() ? "pg_backup_start(text,boolean)" : "pg_start_backup(text,boolean,boolean)",
                renamed() ? "pg_backup_stop(boolean)" : "pg_stop_backup(boolean,boolean)",
                "pg_create_physical_replication_slot(name,boolean,boolean)");
    }

    private boolean renamed() {
        return major() >= RENAMED_IN_MAJOR;
    }
}
