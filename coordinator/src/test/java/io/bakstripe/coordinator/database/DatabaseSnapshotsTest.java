package io.bakstripe.coordinator.database;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.ActorSystem;
import akka.actor.ExtendedActorSystem;
import akka.testkit.javadsl.TestKit;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bakstripe.coordinator.Samples;
import io.bakstripe.coordinator.journal.CallKey;
import io.bakstripe.coordinator.journal.DatabaseEvent.CancelRequested;
import io.bakstripe.coordinator.journal.DatabaseEvent.SnapshotGoing;
import io.bakstripe.coordinator.journal.DatabaseEvent.SnapshotGone;
import io.bakstripe.coordinator.journal.DatabaseEvent.SnapshotRemovalFailed;
import io.bakstripe.coordinator.journal.DatabaseEvent.TaskEnded;
import io.bakstripe.coordinator.journal.DatabaseEvent.UploadsForgotten;
import io.bakstripe.coordinator.journal.DatabaseEvent.UploadsLeft;
import io.bakstripe.coordinator.snapshot.RemovalCause;
import io.bakstripe.protocol.message.DatabaseCommand.StripeState;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DatabaseSnapshotsTest {
    @Test
    void readsBackEveryStateThatItWrites() {
        ActorSystem system = ActorSystem.create("snapshots");
        try {
            DatabaseSnapshots snapshots = new DatabaseSnapshots((ExtendedActorSystem) system);
            for (DatabaseRecord state : states()) {
                byte[] bytes = snapshots.toBinary(state);

                assertThat(snapshots.fromBinary(bytes, snapshots.manifest(state)))
                        .isEqualTo(state);
            }
        } finally {
            TestKit.shutdownActorSystem(system);
        }
    }

    @Test
    void readsSnapshotsOfTheFirstRelease() throws IOException {
        ActorSystem system = ActorSystem.create("snapshots");
        try {
            DatabaseSnapshots snapshots = new DatabaseSnapshots((ExtendedActorSystem) system);
            ObjectMapper json = new ObjectMapper();
            for (DatabaseRecord state : states()) {
                ObjectNode old = (ObjectNode) json.readTree(snapshots.toBinary(state));
                old.remove(List.of("leftovers", "untold", "kept"));
                if (state.snapshots().equals(SnapshotLog.none())) {
                    assertThat(old.remove("snapshots")).isNotNull();
                }
                old.path("tasks").forEach(task -> ((ObjectNode) task).remove("cancellation"));
                old.path("recent").forEach(task -> ((ObjectNode) task).remove("cancelKey"));

                assertThat(snapshots.fromBinary(json.writeValueAsBytes(old), snapshots.manifest(state)))
                        .isEqualTo(state);
            }
        } finally {
            TestKit.shutdownActorSystem(system);
        }
    }

    @Test
    void readsBackLeftoversAndCancellations() {
        ActorSystem system = ActorSystem.create("snapshots");
        try {
            DatabaseSnapshots snapshots = new DatabaseSnapshots((ExtendedActorSystem) system);
            DatabaseRecord state = Given.after(
                    Given.backup(TaskPhase.STREAMING),
                    new CancelRequested(Given.ONE, "me", Optional.of(new CallKey("c1", "hash")), Samples.NOON),
                    new UploadsLeft(Given.ONE, 1, 1, List.of(2), Samples.NOON));
            TaskEnded ended = (TaskEnded) Steps.end(state.tasks().get(0), Given.live(), TaskEnd.CANCELLED, Samples.NOON)
                    .get(0);
            for (DatabaseRecord next : List.of(
                    state,
                    Given.after(state, ended),
                    Given.after(state, ended, new UploadsForgotten(Given.ONE, 1, Samples.NOON)))) {
                assertThat(snapshots.fromBinary(snapshots.toBinary(next), snapshots.manifest(next)))
                        .isEqualTo(next);
            }
        } finally {
            TestKit.shutdownActorSystem(system);
        }
    }

    @Test
    void readsSnapshotsOfTheTimeBeforeAnyWereDeleted() throws IOException {
        ActorSystem system = ActorSystem.create("snapshots");
        try {
            DatabaseSnapshots snapshots = new DatabaseSnapshots((ExtendedActorSystem) system);
            DatabaseRecord state = Taken.state(Taken.daily(1, 0));
            ObjectMapper json = new ObjectMapper();
            ObjectNode old = (ObjectNode) json.readTree(snapshots.toBinary(state));
            assertThat(old.withObject("/snapshots").remove("going")).isNotNull();
            assertThat(old.withObject("/snapshots").remove("gone")).isNotNull();

            assertThat(snapshots.fromBinary(json.writeValueAsBytes(old), snapshots.manifest(state)))
                    .isEqualTo(state);
        } finally {
            TestKit.shutdownActorSystem(system);
        }
    }

    private static List<DatabaseRecord> states() {
        List<DatabaseRecord> states = new ArrayList<>(List.of(DatabaseRecord.empty()));
        for (TaskPhase phase : TaskPhase.values()) {
            if (phase.restoring()) {
                states.add(Given.restore(phase));
            } else if (phase != TaskPhase.ABSENT && phase != TaskPhase.ENDED) {
                states.add(Given.backup(phase));
            }
        }
        DatabaseRecord publishing = Given.backup(TaskPhase.PUBLISHING);
        TaskEnded ended = (TaskEnded) Steps.end(
                        publishing.tasks().get(0),
                        Given.live(),
                        TaskEnd.SUCCESS,
                        Given.live().since())
                .get(0);
        states.add(Given.after(publishing, ended));
        return states;
    }

    @Test
    void readsBackSnapshotsOnTheirWayAndAtTheirEnd() {
        ActorSystem system = ActorSystem.create("snapshots");
        try {
            DatabaseSnapshots written = new DatabaseSnapshots((ExtendedActorSystem) system);
            Course running = Course.snapshot(DatabaseRecord.empty(), Samples.SHOP);
            DatabaseRecord begun = running.state();
            DatabaseRecord failed = running.opened()
                    .reported(Given.stripe(1, StripeState.FAILED, 0, Given.DENIED))
                    .waited(Given.SETTINGS.rollbackLimit())
                    .state();
            assertThat(failed.snapshots().ended()).hasSize(1);
            DatabaseRecord going = Given.after(
                    failed,
                    new SnapshotGoing(Given.ONE, Given.SNAPSHOT, RemovalCause.CALL, Optional.of("me"), Samples.NOON),
                    new SnapshotRemovalFailed(Given.ONE, Given.SNAPSHOT, Given.DENIED, Samples.NOON));
            DatabaseRecord gone = Given.after(going, new SnapshotGone(Given.ONE, Given.SNAPSHOT, Samples.NOON));
            for (DatabaseRecord state : List.of(begun, failed, going, gone)) {
                assertThat(written.fromBinary(written.toBinary(state), written.manifest(state)))
                        .isEqualTo(state);
            }
        } finally {
            TestKit.shutdownActorSystem(system);
        }
    }
}
