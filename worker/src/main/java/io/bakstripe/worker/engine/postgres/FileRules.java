package io.bakstripe.worker.engine.postgres;

import java.util.Set;
import java.util.regex.Pattern;

/**
 * Which files of a data directory a backup leaves out by their name: what belongs to the running process, what a restored server makes again, and
 * what comes with the closing. Contents of whole directories, and the data of unlogged tables, are left out by {@link Listing} already.
 */
final class FileRules {
    static final String CONTROL_FILE = "global/pg_control";

    private static final Set<String> AT_THE_TOP = Set.of(
            "postmaster.pid",
            "postmaster.opts",
            "backup_label",
            "tablespace_map",
            "backup_manifest",
            "recovery.signal",
            "standby.signal",
            "postgresql.auto.conf.tmp",
            "current_logfiles.tmp");

    private static final Pattern TEMPORARY_RELATION =
            Pattern.compile("(base|pg_tblspc/\\d+/[^/]+)/\\d+/t\\d+_\\d+(_(fsm|vm|init))?(\\.\\d+)?");

    private FileRules() {}

    /** True when the file is not part of a backup's data. */
    static boolean leavesOut(String path) {
        String name = path.substring(path.lastIndexOf('/') + 1);
        return AT_THE_TOP.contains(path)
                || path.equals(CONTROL_FILE)
                || name.startsWith("pg_internal.init")
                || name.startsWith("pgsql_tmp")
                || TEMPORARY_RELATION.matcher(path).matches();
    }
}
