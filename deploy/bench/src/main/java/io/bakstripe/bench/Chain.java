package io.bakstripe.bench;

import io.bakstripe.node.sandbox.Sandbox;
import java.io.IOException;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;

/** Backups of the sample database that go on from each other, and the restore of them under a name of its own. */
final class Chain {
    private final BenchNode node;
    private final MeasuredTasks tasks;
    private final int stripes;
    private final String prefix;
    private final String log;
    private final String copy;

    /**
     * @param number of the repetition, which the copy and the log are named after; full and differential are overwritten, so that the store uses its memory
     *     again, but no log of a chain can be
     */
    Chain(BenchNode node, MeasuredTasks tasks, int stripes, int number) {
        this.node = node;
        this.tasks = tasks;
        this.stripes = stripes;
        this.prefix = "arn:aws:s3:::" + node.bucket() + "/bench";
        this.log = prefix + "-log-" + number + ".trn";
        this.copy = "bench_copy_" + number;
    }

    MeasuredTasks.Done backUpAll() throws IOException {
        return backUp("rds_backup_database", full(), Map.of("number_of_files", stripes));
    }

    MeasuredTasks.Done backUpChanges() throws IOException {
        return backUp(
                "rds_backup_database", differential(), Map.of("number_of_files", stripes, "type", "DIFFERENTIAL"));
    }

    MeasuredTasks.Done backUpLog() throws IOException {
        return backUp("rds_backup_log", log, Map.of());
    }

    /** Leaves the copy RESTORING, as all restores here do. */
    MeasuredTasks.Done restoreAll() throws IOException {
        return restore("rds_restore_database", full(), Map.of());
    }

    MeasuredTasks.Done restoreChanges() throws IOException {
        return restore("rds_restore_database", differential(), Map.of("type", "DIFFERENTIAL"));
    }

    MeasuredTasks.Done restoreLog() throws IOException {
        return restore("rds_restore_log", log, Map.of());
    }

    /** Rolls the copy forward and opens it. */
    MeasuredTasks.Done finish() throws IOException {
        return tasks.run("rds_finish_restore", Map.of("db_name", copy));
    }

    /** Throws {@link IllegalStateException} unless the copy holds the rows of the source; then gives its disk space back. */
    void compareAndDrop() throws IOException, SQLException {
        SampleDatabase.compareAndDrop(node.source(), node.database(copy));
    }

    private MeasuredTasks.Done backUp(String procedure, String file, Map<String, ?> more) throws IOException {
        Map<String, Object> arguments = new HashMap<>(more);
        arguments.put("source_db_name", Sandbox.SHOP.value());
        arguments.put("s3_arn_to_backup_to", file);
        arguments.put("overwrite_s3_backup_file", 1);
        return tasks.run(procedure, arguments);
    }

    private MeasuredTasks.Done restore(String procedure, String file, Map<String, ?> more) throws IOException {
        Map<String, Object> arguments = new HashMap<>(more);
        arguments.put("restore_db_name", copy);
        arguments.put("s3_arn_to_restore_from", file);
        arguments.put("with_norecovery", 1);
        return tasks.run(procedure, arguments);
    }

    private String full() {
        return prefix + "-full" + files();
    }

    private String differential() {
        return prefix + "-differential" + files();
    }

    private String files() {
        return stripes > 1 ? "-*.bak" : ".bak";
    }
}
