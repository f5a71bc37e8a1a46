package io.bakstripe.node.chaos;

import io.bakstripe.node.RunningNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * A task that was asked for and got an id.
 *
 * @param type as the task's row shows it
 * @param database that is backed up or restored to
 * @param pattern of the key, with an asterisk where the numbers of the files go
 */
record Submitted(long id, String type, String database, String pattern, int files) {

    /** Backs {@code shop} up. */
    static Submitted backup(RunningNode node, String pattern, int files, int overwrite) {
        return new Submitted(
                node.submit("rds_backup_database", backupCall(pattern, files, overwrite)),
                "BACKUP_DB",
                "shop",
                pattern,
                files);
    }

    static Map<String, Object> backupCall(String pattern, int files, int overwrite) {
        return Map.of(
                "source_db_name",
                "shop",
                "s3_arn_to_backup_to",
                arn(pattern),
                "number_of_files",
                files,
                "overwrite_s3_backup_file",
                overwrite);
    }

    static Submitted restore(RunningNode node, String database, String pattern, int files) {
        return new Submitted(
                node.submit("rds_restore_database", restoreCall(database, pattern)),
                "RESTORE_DB",
                database,
                pattern,
                files);
    }

    /** The same call with one more parameter. */
    static Map<String, Object> with(Map<String, Object> call, String name, Object value) {
        Map<String, Object> more = new HashMap<>(call);
        more.put(name, value);
        return Map.copyOf(more);
    }

    static Map<String, Object> restoreCall(String database, String pattern) {
        return Map.of("restore_db_name", database, "s3_arn_to_restore_from", arn(pattern));
    }

    static String arn(String pattern) {
        return "arn:aws:s3:::" + RunningNode.BUCKET + "/" + pattern;
    }

    /** Where the wrapped keys of its files lie when they are authenticated. */
    List<String> keyObjects() {
        return keys().stream().map(key -> key + ".keys").toList();
    }

    boolean isBackup() {
        return type.equals("BACKUP_DB");
    }

    /** The keys of a set that was written to this pattern. */
    List<String> keys() {
        return files == 1
                ? List.of(pattern)
                : IntStream.rangeClosed(1, files)
                        .mapToObj(i -> pattern.replace("*", i + "-of-" + files))
                        .toList();
    }
}
