package io.bakstripe.protocol.message;

import akka.actor.typed.ActorRef;
import akka.actor.typed.receptionist.ServiceKey;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.name.SnapshotId;
import io.bakstripe.protocol.serialization.CborSerializable;
import java.util.List;

/** What is asked of the storage of snapshots; answered by any worker node that reaches it. */
public sealed interface SnapshotFilesCommand extends CborSerializable {
    ServiceKey<SnapshotFilesCommand> SERVICE = ServiceKey.create(SnapshotFilesCommand.class, "snapshot-files");

    /** Deletes the files of a snapshot; safe to repeat, for those that are gone already, too. */
    record Remove(SnapshotId snapshot, List<S3Arn> files, ActorRef<SnapshotFilesReply> replyTo)
            implements SnapshotFilesCommand {
        public Remove {
            files = List.copyOf(files);
        }
    }

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "reply")
    @JsonSubTypes({
        @JsonSubTypes.Type(value = SnapshotFilesReply.Removed.class, name = "removed"),
        @JsonSubTypes.Type(value = SnapshotFilesReply.Failed.class, name = "failed")
    })
    sealed interface SnapshotFilesReply extends CborSerializable {
        /** None of the files is there any more. */
        record Removed() implements SnapshotFilesReply {}

        /** Some of the files may be gone. */
        record Failed(Problem problem) implements SnapshotFilesReply {}
    }
}
