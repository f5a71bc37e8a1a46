package io.bakstripe.coordinator.status;

import io.bakstripe.coordinator.peers.Peers;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.instance.Login;
import io.bakstripe.protocol.instance.SnapshotInfo;
import io.bakstripe.protocol.message.DatabaseCommand;
import io.bakstripe.protocol.message.DatabaseCommand.DeleteSnapshot;
import io.bakstripe.protocol.message.DeleteSnapshotReply;
import io.bakstripe.protocol.message.InstanceCommand;
import io.bakstripe.protocol.message.InstanceCommand.Describe;
import io.bakstripe.protocol.message.InstanceCommand.InstanceDescription;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.name.InstanceName;
import io.bakstripe.protocol.name.SnapshotId;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Deletes a snapshot of an instance. Which database it is of only the databases know, so that all are told; one of them knows it, or none does. Where one does
 * not answer the caller is not told that the snapshot is unknown.
 */
final class SnapshotDeletion {
    private final Questions questions;
    private final Peers peers;
    private final StatusSettings settings;

    SnapshotDeletion(Questions questions, Peers peers, StatusSettings settings) {
        this.questions = questions;
        this.peers = peers;
        this.settings = settings;
    }

    CompletionStage<SnapshotInfo> delete(InstanceName instance, SnapshotId snapshot, Login login) {
        return questions
                .known(instance)
                .thenCompose(known -> questions.<InstanceCommand, InstanceDescription>ask(
                        peers.instance(known), Describe::new, settings.askLimit(), "instance '" + known + "'"))
                .thenCompose(description -> Questions.all(description.databases().stream()
                        .map(database -> told(DatabaseRef.of(instance, database), database, snapshot, login))
                        .toList()))
                .thenApply(replies -> outcome(replies, instance, snapshot));
    }

    private CompletionStage<DeleteSnapshotReply> told(
            DatabaseRef ref, DatabaseName database, SnapshotId snapshot, Login login) {
        return questions.<DatabaseCommand, DeleteSnapshotReply>ask(
                peers.database(ref),
                replyTo -> new DeleteSnapshot(snapshot, login, replyTo),
                settings.askLimit(),
                "the coordinator of database '" + database + "'");
    }

    private static SnapshotInfo outcome(List<DeleteSnapshotReply> replies, InstanceName instance, SnapshotId snapshot) {
        for (DeleteSnapshotReply reply : replies) {
            if (reply instanceof DeleteSnapshotReply.Accepted accepted) {
                return accepted.snapshot();
            } else if (reply instanceof DeleteSnapshotReply.Refused refused) {
                throw refused.problem().asException();
            }
        }
        throw BackupError.SNAPSHOT_UNKNOWN.problem(snapshot, instance).asException();
    }
}
