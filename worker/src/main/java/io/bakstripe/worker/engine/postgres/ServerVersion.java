package io.bakstripe.worker.engine.postgres;

import java.util.List;

/**
 * What differs between server versions.
 *
 * @param number as {@code server_version_num} has it, for example 180006
 */
record ServerVersion(int number) {
    private static final int OLDEST_MAJOR = 13;
    private static final int RENAMED_IN_MAJOR = 15;

    int major() {
        return number / 10_000;
    }

    boolean supported() {
        return major() >= OLDEST_MAJOR;
    }

    /** Begins a backup at once, by a fast checkpoint; one parameter, the label; gives the LSN as text. */
    String startSql() {
        return renamed() ? "SELECT pg_backup_start(?, true)::text" : "SELECT pg_start_backup(?, true, false)::text";
    }

    /**
     * Ends it without waiting for an archive; gives lsn, labelfile and, as bytes, spcmapfile. The paths in that one are in whatever encoding the file
     * system has: as text they might have none in the database's, and end the backup.
     */
    String stopSql() {
        return "SELECT lsn::text, labelfile, decode(replace(spcmapfile, '\\', '\\\\'), 'escape') FROM "
                + (renamed() ? "pg_backup_stop(false)" : "pg_stop_backup(false, false)");
    }

    /** Every function that a full backup calls and that a server may refuse to an ordinary role, with argument types. */
    List<String> functions() {
        return List.of(
                "pg_ls_dir(text,boolean,boolean)",
                "pg_stat_file(text,boolean)",
                "pg_read_binary_file(text,bigint,bigint,boolean)",
                renamed() ? "pg_backup_start(text,boolean)" : "pg_start_backup(text,boolean,boolean)",
                renamed() ? "pg_backup_stop(boolean)" : "pg_stop_backup(boolean,boolean)",
                "pg_create_physical_replication_slot(name,boolean,boolean)",
                "pg_control_system()",
                "pg_control_checkpoint()");
    }

    private boolean renamed() {
        return major() >= RENAMED_IN_MAJOR;
    }
}
