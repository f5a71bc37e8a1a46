package io.bakstripe.node;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * A backup or restore that may be asked for again: its name is its idempotency key.
 *
 * @param row columns of the task's row that together tell it from every other one
 * @param subject the ARN of what a backup makes, the name of what a restore makes
 * @param keys of the objects that it makes
 */
record RepeatableCall(
        String procedure,
        String name,
        Map<String, Object> arguments,
        Map<String, String> row,
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
                Map.of("S3_object_arn", arn),
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
                Map.of("database_name", name),
                name,
                List.of());
    }

    /** A differential backup of the sample database. */
    static RepeatableCall differential(String name) {
        RepeatableCall full = backup(name, 1);
        Map<String, Object> arguments = new HashMap<>(full.arguments());
        arguments.put("type", "DIFFERENTIAL");
        return new RepeatableCall(
                full.procedure(), name, Map.copyOf(arguments), full.row(), full.subject(), full.keys());
    }

    /** A backup of the sample database's log. */
    static RepeatableCall log(String name) {
        RepeatableCall full = backup(name, 1);
        Map<String, Object> arguments = Map.of("source_db_name", "shop", "s3_arn_to_backup_to", full.subject());
        return new RepeatableCall("rds_backup_log", name, arguments, full.row(), full.subject(), full.keys());
    }

    /** A restore of what {@code set} made as one step of a sequence. */
    static RepeatableCall step(String procedure, String type, String name, RepeatableCall set, Map<String, ?> more) {
        Map<String, Object> arguments = new HashMap<>(more);
        arguments.put("restore_db_name", name);
        arguments.put("s3_arn_to_restore_from", set.subject());
        return new RepeatableCall(
                procedure,
                type + "-" + name + "-" + set.name(),
                arguments,
                Map.of("database_name", name, "task_type", type),
                name,
                List.of());
    }

    /** The opening of what was restored. */
    static RepeatableCall finish(String name) {
        return new RepeatableCall(
                "rds_finish_restore",
                "finish-" + name,
                Map.of("db_name", name),
                Map.of("database_name", name, "task_type", "FINISH_RESTORE"),
                name,
                List.of());
    }
}
