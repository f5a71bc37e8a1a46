package io.bakstripe.node;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * A backup or restore that may be asked for again: its name is its idempotency key.
 *
 * @param subjectColumn the column of the task's row that tells it from every other one
 * @param subject what stands there
 * @param keys of the objects that it makes
 */
record RepeatableCall(
        String procedure,
        String name,
        Map<String, Object> arguments,
        String subjectColumn,
        String subject,
        List<String> keys) {

    /** A backup of the sample database. */
    static RepeatableCall backup(String name, int files) {
        String pattern = files == 1 ? name + ".bak" : name + "-*.bak";
        String arn = "arn:aws:s3:::" + RunningNode.BUCKET + "/" + pattern;
        return new RepeatableCall(
                "rds_backup_database",
                name,
                Map.of("source_db_name", "shop", "s3_arn_to_backup_to", arn, "number_of_files", files),
                "S3_object_arn",
                arn,
                files == 1
                        ? List.of(pattern)
                        : IntStream.rangeClosed(1, files)
                                .mapToObj(file -> pattern.replace("*", file + "-of-" + files))
                                .toList());
    }

    /** A restore of what {@code set} made. */
    static RepeatableCall restore(String name, RepeatableCall set) {
        return new RepeatableCall(
                "rds_restore_database",
                name,
                Map.of("restore_db_name", name, "s3_arn_to_restore_from", set.subject()),
                "database_name",
                name,
                List.of());
    }
}
