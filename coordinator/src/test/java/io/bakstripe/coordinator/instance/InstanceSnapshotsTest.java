package io.bakstripe.coordinator.instance;

import static io.bakstripe.coordinator.Samples.NOON;
import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.ActorSystem;
import akka.actor.ExtendedActorSystem;
import akka.testkit.javadsl.TestKit;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bakstripe.coordinator.Samples;
import io.bakstripe.coordinator.journal.CallKey;
import io.bakstripe.coordinator.journal.InstanceEvent;
import io.bakstripe.protocol.name.TaskId;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class InstanceSnapshotsTest {
    @Test
    void readsBackEveryStateThatItWrites() {
        ActorSystem system = ActorSystem.create("snapshots");
        try {
            InstanceSnapshots snapshots = new InstanceSnapshots((ExtendedActorSystem) system);
            InstanceRecord state = InstanceRecord.empty();
            assertThat(snapshots.fromBinary(snapshots.toBinary(state), snapshots.manifest(state)))
                    .isEqualTo(state);
            for (InstanceEvent event : history()) {
                state = state.apply(event);

                assertThat(snapshots.fromBinary(snapshots.toBinary(state), snapshots.manifest(state)))
                        .isEqualTo(state);
            }
            assertThat(state.open().list()).hasSize(1);
            assertThat(state.recent()).hasSize(1);
        } finally {
            TestKit.shutdownActorSystem(system);
        }
    }

    @Test
    void readsSnapshotsOfTheFirstRelease() throws IOException {
        ActorSystem system = ActorSystem.create("snapshots");
        try {
            InstanceSnapshots snapshots = new InstanceSnapshots((ExtendedActorSystem) system);
            ObjectMapper json = new ObjectMapper();
            InstanceRecord state = InstanceRecord.empty().apply(registered(1));
            ObjectNode old = (ObjectNode) json.readTree(snapshots.toBinary(state));
            assertThat(old.remove("untidy")).isNotNull();

            assertThat(snapshots.fromBinary(json.writeValueAsBytes(old), snapshots.manifest(state)))
                    .isEqualTo(state);
        } finally {
            TestKit.shutdownActorSystem(system);
        }
    }

    @Test
    void writesRegistrationsAndKeysAsTheListsOfTheFirstRelease() throws IOException {
        ActorSystem system = ActorSystem.create("snapshots");
        try {
            InstanceSnapshots snapshots = new InstanceSnapshots((ExtendedActorSystem) system);
            InstanceRecord state = InstanceRecord.empty().apply(registered(2)).apply(registered(10));

            JsonNode written = new ObjectMapper().readTree(snapshots.toBinary(state));

            assertThat(written.path("open"))
                    .extracting(open -> open.path("task").asLong())
                    .containsExactly(2L, 10L);
            assertThat(written.path("open").get(0).path("submission").asText()).isEqualTo(new UUID(0, 2).toString());
            assertThat(written.path("keys"))
                    .extracting(key -> key.at("/key/key").asText())
                    .containsExactly("key2", "key10");
        } finally {
            TestKit.shutdownActorSystem(system);
        }
    }

    private static List<InstanceEvent> history() {
        return List.of(
                new InstanceEvent.InstanceDeclared(Samples.definition(3), NOON),
                new InstanceEvent.InstanceDeclared(Samples.complete(4), NOON),
                registered(1),
                registered(2),
                new InstanceEvent.SlotGranted(new TaskId(1), NOON),
                new InstanceEvent.ConfigurationSet("S3 backup compression", "false", NOON),
                new InstanceEvent.SlotReleased(new TaskId(1), NOON),
                new InstanceEvent.TidyingAwaited(new TaskId(1), Samples.COPY_REF, NOON),
                new InstanceEvent.TidyingAwaited(new TaskId(2), Samples.COPY_REF, NOON),
                new InstanceEvent.TidyingEnded(new TaskId(2), NOON));
    }

    private static InstanceEvent registered(long task) {
        return new InstanceEvent.TaskRegistered(
                new TaskId(task),
                Samples.COPY_REF,
                Samples.COPY,
                new UUID(0, task),
                Optional.of(new CallKey("key" + task, "hash")),
                true,
                NOON);
    }
}
