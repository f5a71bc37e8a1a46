package io.bakstripe.protocol.procedure;

import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.task.TaskType;
import java.util.Optional;

/** A call of {@code rds_finish_restore}: opens a database that is RESTORING (row F1). */
public record FinishRequest(DatabaseName database) implements TaskRequest {
    /** Reads a bound call. */
    public static FinishRequest of(Procedure.Arguments arguments) {
        return new FinishRequest(arguments.required("db_name", DatabaseName.class));
    }

    @Override
    public Optional<S3Arn> objectArn() {
        return Optional.empty();
    }

    @Override
    public TaskType taskType() {
        return TaskType.FINISH_RESTORE;
    }
}
