package io.bakstripe.protocol.task;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.name.TaskId;
import java.time.Instant;
import java.util.Optional;

/**
 * One row of {@code rds_task_status}: exactly the columns of row T2, in its order; written as JSON, the keys are the column names.
 *
 * @param percentComplete 0 to 100, in steps of 5 while the task runs (row T3)
 * @param durationMinutes whole minutes since the task started to run
 * @param taskInfo lines {@code [yyyy-MM-dd HH:mm:ss.fff] message} in UTC, oldest first, joined by line feeds; empty before the first
 * @param s3ObjectArn the ARN as the caller gave it; null where a call names none
 * @param overwriteS3BackupFile 0 or 1 for backups, null for restores
 * @param filepath never set, as in the reference
 * @param overwriteFile never set, as in the reference
 */
@JsonPropertyOrder({
    "task_id",
    "task_type",
    "database_name",
    "% complete",
    "duration (mins)",
    "lifecycle",
    "task_info",
    "last_updated",
    "created_at",
    "S3_object_arn",
    "overwrite_s3_backup_file",
    "KMS_master_key_arn",
    "filepath",
    "overwrite_file"
})
public record TaskRow(
        @JsonProperty("task_id") TaskId taskId,
        @JsonProperty("task_type") TaskType taskType,
        @JsonProperty("database_name") DatabaseName databaseName,
        @JsonProperty("% complete") int percentComplete,
        @JsonProperty("duration (mins)") long durationMinutes,
        @JsonProperty("lifecycle") Lifecycle lifecycle,
        @JsonProperty("task_info") String taskInfo,
        @JsonProperty("last_updated") Instant lastUpdated,
        @JsonProperty("created_at") Instant createdAt,
        @JsonProperty("S3_object_arn") Optional<S3Arn> s3ObjectArn,
        @JsonProperty("overwrite_s3_backup_file") Optional<Integer> overwriteS3BackupFile,
        @JsonProperty("KMS_master_key_arn") Optional<String> kmsMasterKeyArn,
        @JsonProperty("filepath") Optional<String> filepath,
        @JsonProperty("overwrite_file") Optional<Integer> overwriteFile) {}
