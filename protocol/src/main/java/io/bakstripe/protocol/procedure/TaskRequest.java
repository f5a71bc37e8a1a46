package io.bakstripe.protocol.procedure;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.task.TaskType;

/** What a caller asked for: a call that becomes a task. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = BackupRequest.class, name = "backup"),
    @JsonSubTypes.Type(value = RestoreRequest.class, name = "restore")
})
public sealed interface TaskRequest permits BackupRequest, RestoreRequest {
    /** The database that the task is about, spelled as the caller spelled it. */
    DatabaseName database();

    /** The ARN as the caller gave it, asterisks included. */
    S3Arn arn();

    TaskType taskType();
}
