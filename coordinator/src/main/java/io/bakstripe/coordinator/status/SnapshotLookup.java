package io.bakstripe.coordinator.status;

import io.bakstripe.coordinator.peers.Peers;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.instance.SnapshotState;
import io.bakstripe.protocol.message.DatabaseCommand;
import io.bakstripe.protocol.message.DatabaseCommand.FindSnapshot;
import io.bakstripe.protocol.message.DatabaseCommand.SnapshotFound;
import io.bakstripe.protocol.message.DatabaseCommand.StoredSnapshot;
import io.bakstripe.protocol.message.InstanceCommand;
import io.bakstripe.protocol.message.InstanceCommand.Describe;
import io.bakstripe.protocol.message.InstanceCommand.InstanceDescription;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.name.InstanceName;
import io.bakstripe.protocol.name.SnapshotId;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Finds a snapshot by its id, which does not say whose database it is of: all databases of the instance are asked. */
final class SnapshotLookup {
    private final Questions questions;
    private final Peers peers;
    private final StatusSettings settings;

    SnapshotLookup(Questions questions, Peers peers, StatusSettings settings) {
        this.questions = questions;
        this.peers = peers;
        this.settings = settings;
    }

    /** A snapshot that can be restored; fails for one that is unknown or not available. */
    CompletionStage<StoredSnapshot> available(InstanceName instance, SnapshotId id) {
        return questions
                .known(instance)
                .thenCompose(known -> questions.<InstanceCommand, InstanceDescription>ask(
                        peers.instance(known), Describe::new, settings.askLimit(), "instance '" + known + "'"))
                .thenCompose(description -> Questions.all(description.databases().stream()
                        .map(database -> questions.<DatabaseCommand, SnapshotFound>ask(
                                peers.database(DatabaseRef.of(instance, database)),
                                replyTo -> new FindSnapshot(id, replyTo),
                                settings.askLimit(),
                                "the coordinator of database '" + database + "'"))
                        .toList()))
                .thenApply(answers -> restorable(instance, id, answers));
    }

    /** Out of the answers of all databases of the instance. */
    static StoredSnapshot restorable(InstanceName instance, SnapshotId id, List<SnapshotFound> answers) {
        StoredSnapshot found = answers.stream()
                .map(SnapshotFound::snapshot)
                .flatMap(Optional::stream)
                .findFirst()
                .orElseThrow(
                        () -> BackupError.SNAPSHOT_UNKNOWN.problem(id, instance).asException());
        if (found.info().state() != SnapshotState.AVAILABLE) {
            throw BackupError.SNAPSHOT_NOT_AVAILABLE
                    .problem(id, found.info().state().word())
                    .asException();
        }
        return found;
    }
}
