package io.bakstripe.protocol.message;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.instance.SnapshotInfo;
import io.bakstripe.protocol.serialization.CborSerializable;

/** What one database answers to a call that deletes a snapshot. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "reply")
@JsonSubTypes({
    @JsonSubTypes.Type(value = DeleteSnapshotReply.Accepted.class, name = "accepted"),
    @JsonSubTypes.Type(value = DeleteSnapshotReply.Refused.class, name = "refused"),
    @JsonSubTypes.Type(value = DeleteSnapshotReply.Unknown.class, name = "unknown")
})
public sealed interface DeleteSnapshotReply extends CborSerializable {
    /** It is recorded that the snapshot goes, or it is gone already: the snapshot says which. */
    record Accepted(SnapshotInfo snapshot) implements DeleteSnapshotReply {}

    /** The snapshot is this database's, and stays. */
    record Refused(Problem problem) implements DeleteSnapshotReply {}

    /** The snapshot is none of this database's. */
    record Unknown() implements DeleteSnapshotReply {}
}
