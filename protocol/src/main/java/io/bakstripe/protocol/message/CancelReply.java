package io.bakstripe.protocol.message;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.serialization.CborSerializable;
import io.bakstripe.protocol.task.TaskRow;

/** The answer to a call that cancels a task. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "reply")
@JsonSubTypes({
    @JsonSubTypes.Type(value = CancelReply.Accepted.class, name = "accepted"),
    @JsonSubTypes.Type(value = CancelReply.Refused.class, name = "refused"),
    @JsonSubTypes.Type(value = CancelReply.Unknown.class, name = "unknown")
})
public sealed interface CancelReply extends CborSerializable {
    /** The wish is recorded, now or by an earlier call; {@code row} shows the task as it stands. */
    record Accepted(TaskRow row) implements CancelReply {}

    /** Nothing was recorded. */
    record Refused(Problem problem) implements CancelReply {}

    /** The coordinators know no such task: it never was, or its end is in the history only. */
    record Unknown() implements CancelReply {}
}
