package io.bakstripe.protocol.message;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.serialization.CborSerializable;
import io.bakstripe.protocol.task.TaskRow;

/** The answer to a submission. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "reply")
@JsonSubTypes({
    @JsonSubTypes.Type(value = SubmitReply.Accepted.class, name = "accepted"),
    @JsonSubTypes.Type(value = SubmitReply.Refused.class, name = "refused")
})
public sealed interface SubmitReply extends CborSerializable {
    /** The task exists and is recorded; it will reach a final lifecycle. */
    record Accepted(TaskRow row) implements SubmitReply {}

    /** No task exists and nothing was left behind. */
    record Refused(Problem problem) implements SubmitReply {}
}
