package io.bakstripe.coordinator.instance;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import io.bakstripe.coordinator.Samples;
import io.bakstripe.coordinator.journal.InstanceEvent.SlotReleased;
import io.bakstripe.coordinator.journal.InstanceEvent.TaskRegistered;
import io.bakstripe.protocol.message.InstanceCommand.FindTasks;
import io.bakstripe.protocol.message.InstanceCommand.TaskRoutes;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.name.TaskId;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class RoutesTest {
    @SuppressWarnings("NullAway.Init") // before all
    private static ActorTestKit kit;

    @SuppressWarnings("NullAway.Init") // before all
    private static TestProbe<TaskRoutes> probe;

    @BeforeAll
    static void start() {
        kit = ActorTestKit.create();
        probe = kit.createTestProbe(TaskRoutes.class);
    }

    @AfterAll
    static void stop() {
        kit.shutdownTestKit();
    }

    /** Tasks 1 to 6, odd ones of Shop, even ones of Copy; 2 and 5 were closed. */
    private static InstanceRecord state() {
        InstanceRecord state = InstanceRecord.empty();
        for (long task = 1; task <= 6; task++) {
            state = state.apply(new TaskRegistered(
                    new TaskId(task),
                    database(task),
                    Samples.SHOP,
                    new UUID(1, task),
                    Optional.empty(),
                    false,
                    Samples.NOON));
        }
        return state.apply(new SlotReleased(new TaskId(5), Samples.NOON))
                .apply(new SlotReleased(new TaskId(2), Samples.NOON));
    }

    private static DatabaseRef database(long task) {
        return task % 2 == 1 ? Samples.SHOP_REF : Samples.COPY_REF;
    }

    private static List<Long> found(Optional<Long> task, Optional<Long> after, Optional<String> database, int limit) {
        FindTasks question = new FindTasks(task.map(TaskId::new), after.map(TaskId::new), database, limit, probe.ref());
        return Routes.newest(state(), question).stream()
                .map(route -> route.task().value())
                .toList();
    }

    @Test
    void findsOpenAndClosedOnesTheNewestFirst() {
        assertThat(found(Optional.empty(), Optional.empty(), Optional.empty(), 10))
                .containsExactly(6L, 5L, 4L, 3L, 2L, 1L);
        assertThat(found(Optional.empty(), Optional.empty(), Optional.empty(), 2))
                .containsExactly(6L, 5L);
    }

    @Test
    void goesOnBehindAPage() {
        assertThat(found(Optional.empty(), Optional.of(5L), Optional.empty(), 3))
                .containsExactly(4L, 3L, 2L);
        assertThat(found(Optional.empty(), Optional.of(1L), Optional.empty(), 3))
                .isEmpty();
    }

    @Test
    void keepsToOneDatabase() {
        assertThat(found(Optional.empty(), Optional.empty(), Optional.of(Samples.SHOP_REF.folded()), 2))
                .containsExactly(5L, 3L);
    }

    @Test
    void findsOneTaskWhetherOpenOrClosed() {
        assertThat(found(Optional.of(3L), Optional.empty(), Optional.empty(), 500))
                .containsExactly(3L);
        assertThat(found(Optional.of(5L), Optional.empty(), Optional.empty(), 500))
                .containsExactly(5L);
        assertThat(found(Optional.of(7L), Optional.empty(), Optional.empty(), 500))
                .isEmpty();
        assertThat(found(Optional.of(3L), Optional.of(3L), Optional.empty(), 500))
                .isEmpty();
    }
}
