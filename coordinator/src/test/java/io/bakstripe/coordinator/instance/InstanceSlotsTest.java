package io.bakstripe.coordinator.instance;

import static io.bakstripe.coordinator.Samples.NOON;
import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.persistence.testkit.javadsl.EventSourcedBehaviorTestKit;
import com.typesafe.config.ConfigFactory;
import io.bakstripe.coordinator.ProbePeers;
import io.bakstripe.coordinator.Samples;
import io.bakstripe.coordinator.SettableClock;
import io.bakstripe.coordinator.journal.InstanceEvent;
import io.bakstripe.coordinator.journal.InstanceEvent.SlotGranted;
import io.bakstripe.coordinator.journal.InstanceEvent.SlotReleased;
import io.bakstripe.protocol.message.DatabaseCommand;
import io.bakstripe.protocol.message.InstanceCommand;
import io.bakstripe.protocol.message.InstanceCommand.Declare;
import io.bakstripe.protocol.message.InstanceCommand.DeclareReply;
import io.bakstripe.protocol.message.InstanceCommand.ProbeAnswer;
import io.bakstripe.protocol.message.InstanceCommand.Register;
import io.bakstripe.protocol.message.InstanceCommand.ReleaseSlot;
import io.bakstripe.protocol.message.InstanceCommand.RequestSlot;
import io.bakstripe.protocol.message.InstanceCommand.TaskKnowledge;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.name.TaskId;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whose turn it is: the slots of an instance with several databases (row L7). */
class InstanceSlotsTest {
    private static final ActorTestKit KIT =
            ActorTestKit.create(EventSourcedBehaviorTestKit.config().withFallback(ConfigFactory.load()));
    private static final InstanceSettings SETTINGS = Samples.settings();

    private final SettableClock clock = new SettableClock();
    private ProbePeers peers;
    private EventSourcedBehaviorTestKit<InstanceCommand, InstanceEvent, InstanceRecord> instance;

    @BeforeEach
    void start() {
        peers = new ProbePeers(KIT);
        instance = EventSourcedBehaviorTestKit.create(
                KIT.system(), InstanceCoordinator.create(Samples.INSTANCE, SETTINGS, peers, clock));
    }

    @AfterEach
    void restartsEqual() {
        InstanceRecord before = instance.getState();
        assertThat(instance.restart().state()).isEqualTo(before);
        instance.clear();
    }

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private void declared() {
        instance.<DeclareReply>runCommand(replyTo -> new Declare(Samples.definition(1), replyTo));
    }

    @Test
    void hasTwoSlotsForAllOfItsDatabases() {
        declared();
        for (long task = 1; task <= 4; task++) {
            registered(database(task), task);
        }
        for (long task = 1; task <= 4; task++) {
            instance.runCommand(new RequestSlot(database(task), new TaskId(task)));
        }
        peers.database.expectMessage(new DatabaseCommand.SlotGranted(new TaskId(1)));
        peers.database.expectMessage(new DatabaseCommand.SlotGranted(new TaskId(2)));
        peers.database.expectNoMessage(Duration.ofMillis(100));

        var released = instance.runCommand(new ReleaseSlot(database(1), new TaskId(1), false));

        assertThat(released.events())
                .containsExactly(new SlotReleased(new TaskId(1), NOON), new SlotGranted(new TaskId(3), NOON));
        peers.database.expectMessage(new DatabaseCommand.SlotGranted(new TaskId(3)));
        peers.database.expectMessage(new DatabaseCommand.SlotReleased(new TaskId(1)));
        assertThat(instance.getState().slotsHeld()).isEqualTo(2);
    }

    /** Tasks 1 and 3 of one database, 2 and 4 of two others; 1 and 2 run, 4 has asked. */
    private void fourTasksOfThreeDatabases() {
        declared();
        registered(database(1), 1);
        registered(database(2), 2);
        registered(database(1), 3);
        registered(database(4), 4);
        instance.runCommand(new RequestSlot(database(1), new TaskId(1)));
        instance.runCommand(new RequestSlot(database(2), new TaskId(2)));
        peers.database.expectMessage(new DatabaseCommand.SlotGranted(new TaskId(1)));
        peers.database.expectMessage(new DatabaseCommand.SlotGranted(new TaskId(2)));
        assertThat(instance.runCommand(new RequestSlot(database(4), new TaskId(4)))
                        .hasNoEvents())
                .isTrue();
    }

    @Test
    void keepsTheSlotForTheNextTaskOfTheDatabaseWhoseTaskHasJustEnded() {
        fourTasksOfThreeDatabases();

        assertThat(instance.runCommand(new ReleaseSlot(database(1), new TaskId(1), false))
                        .events())
                .containsExactly(new SlotReleased(new TaskId(1), NOON));
        assertThat(instance.runCommand(new RequestSlot(database(4), new TaskId(4)))
                        .hasNoEvents())
                .as("task 3 came first")
                .isTrue();

        assertThat(instance.runCommand(new RequestSlot(database(1), new TaskId(3)))
                        .events())
                .containsExactly(new SlotGranted(new TaskId(3), NOON));
    }

    @Test
    void doesNotKeepASlotForeverForATaskThatDoesNotAsk() {
        fourTasksOfThreeDatabases();
        instance.runCommand(new ReleaseSlot(database(1), new TaskId(1), false));
        clock.advance(SETTINGS.slotKept());

        assertThat(instance.runCommand(new RequestSlot(database(4), new TaskId(4)))
                        .events())
                .containsExactly(new SlotGranted(new TaskId(4), clock.instant()));
    }

    @Test
    void doesNotKeepASlotForACallThatWasRefusedAfterAll() {
        fourTasksOfThreeDatabases();
        instance.runCommand(new ReleaseSlot(database(1), new TaskId(1), false));

        assertThat(instance.runCommand(new ProbeAnswer(new TaskId(3), TaskKnowledge.UNKNOWN))
                        .events())
                .containsExactly(new SlotGranted(new TaskId(4), NOON));
    }

    @Test
    void passesOverATaskWhoseDatabaseIsAtWork() {
        fourTasksOfThreeDatabases();

        assertThat(instance.runCommand(new ReleaseSlot(database(2), new TaskId(2), false))
                        .events())
                .containsExactly(new SlotReleased(new TaskId(2), NOON), new SlotGranted(new TaskId(4), NOON));
    }

    @Test
    void hearsAllWhoWaitBeforeItGrantsAfterItsStart() {
        fourTasksOfThreeDatabases();
        instance.runCommand(new ReleaseSlot(database(1), new TaskId(1), false));
        clock.advance(Duration.ofMinutes(1));

        instance.restart();

        assertThat(instance.runCommand(new RequestSlot(database(4), new TaskId(4)))
                        .hasNoEvents())
                .isTrue();
        assertThat(instance.runCommand(new RequestSlot(database(1), new TaskId(3)))
                        .events())
                .containsExactly(new SlotGranted(new TaskId(3), clock.instant()));
    }

    @Test
    void answersRepeatedSlotMessagesTheSameWay() {
        declared();
        registered(Samples.SHOP_REF, 1);
        RequestSlot request = new RequestSlot(Samples.SHOP_REF, new TaskId(1));
        ReleaseSlot release = new ReleaseSlot(Samples.SHOP_REF, new TaskId(1), false);
        instance.runCommand(request);
        peers.database.expectMessage(new DatabaseCommand.SlotGranted(new TaskId(1)));

        assertThat(instance.runCommand(request).hasNoEvents()).isTrue();
        peers.database.expectMessage(new DatabaseCommand.SlotGranted(new TaskId(1)));
        instance.runCommand(release);
        assertThat(instance.runCommand(release).hasNoEvents()).isTrue();
        peers.database.expectMessage(new DatabaseCommand.SlotReleased(new TaskId(1)));
        peers.database.expectMessage(new DatabaseCommand.SlotReleased(new TaskId(1)));
        assertThat(instance.runCommand(request).hasNoEvents()).isTrue();
        peers.database.expectNoMessage(Duration.ofMillis(100));
    }

    private static DatabaseRef database(long number) {
        return DatabaseRef.of(Samples.INSTANCE, new DatabaseName("db" + number));
    }

    private void registered(DatabaseRef database, long number) {
        instance.runCommand(
                new Register(database, new DatabaseName("db"), new UUID(0, number), Optional.empty(), false));
        peers.database.expectMessage(new DatabaseCommand.Registered(new UUID(0, number), new TaskId(number)));
    }
}
