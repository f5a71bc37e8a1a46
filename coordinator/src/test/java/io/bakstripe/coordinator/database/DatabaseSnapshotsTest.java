package io.bakstripe.coordinator.database;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.ActorSystem;
import akka.actor.ExtendedActorSystem;
import akka.testkit.javadsl.TestKit;
import io.bakstripe.coordinator.journal.DatabaseEvent.TaskEnded;
import java.util.ArrayList;
import java.util.List;
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
}
