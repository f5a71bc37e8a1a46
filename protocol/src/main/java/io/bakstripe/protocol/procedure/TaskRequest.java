package io.bakstripe.protocol.procedure;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.KeyArn;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.task.TaskType;
import java.util.Optional;

/** What a caller asked for: a call that becomes a task. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = BackupRequest.class, name = "backup"),
    @JsonSubTypes.Type(value = RestoreRequest.class, name = "restore"),
    @JsonSubTypes.Type(value = FinishRequest.class, name = "finish")
})
public sealed interface TaskRequest permits BackupRequest, RestoreRequest, FinishRequest {
    /** The database that the task is about, spelled as the caller spelled it. */
    DatabaseName database();

    /** The ARN as the caller gave it, asterisks included; absent where a call names none. */
    @JsonIgnore
    Optional<S3Arn> objectArn();

    /** The key that files are encrypted with, or were; absent where a call names none. */
    default Optional<KeyArn> key() {
        return Optional.empty();
    }

    @JsonIgnore
    TaskType taskType();
}
