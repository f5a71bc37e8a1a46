package io.bakstripe.protocol.message;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.instance.SnapshotInfo;
import io.bakstripe.protocol.serialization.CborSerializable;

/** The answer to a call that takes a snapshot. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "reply")
@JsonSubTypes({
    @JsonSubTypes.Type(value = SnapshotReply.Accepted.class, name = "accepted"),
    @JsonSubTypes.Type(value = SnapshotReply.Refused.class, name = "refused")
})
public sealed interface SnapshotReply extends CborSerializable {
    /** It is recorded and will become available or fail. */
    record Accepted(SnapshotInfo snapshot) implements SnapshotReply {}

    /** Nothing was recorded. */
    record Refused(Problem problem) implements SnapshotReply {}
}
