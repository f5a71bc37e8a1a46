package io.bakstripe.coordinator.instance;

import static io.bakstripe.coordinator.Samples.NOON;
import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.coordinator.Samples;
import io.bakstripe.coordinator.journal.InstanceEvent.SlotGranted;
import io.bakstripe.coordinator.journal.InstanceEvent.SlotReleased;
import io.bakstripe.coordinator.journal.InstanceEvent.TaskRegistered;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.name.TaskId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The line of an instance under load: databases that ask late, tasks that end at any time (row L7). */
class TurnsTest {
    private static final int TASKS = 400;
    private static final int DATABASES = 25;
    private static final int SLOTS = 2;
    private static final Duration KEPT = Duration.ofSeconds(5);

    private final Turns turns = new Turns(KEPT, NOON);
    private final Map<TaskId, Instant> asksAt = new HashMap<>();
    private InstanceRecord state = InstanceRecord.empty();
    private Instant now = NOON;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void nobodyIsOvertakenThoughAllAskLate(long seed) {
        Random random = new Random(seed);
        List<TaskId> begun = new ArrayList<>();
        long registered = 0;
        for (int second = 0; begun.size() < TASKS; second++) {
            assertThat(second).as("it ends").isLessThan(100_000);
            now = now.plusMillis(500);
            while (registered < TASKS && random.nextInt(3) > 0) {
                registered++;
                registered(registered, random.nextInt(DATABASES), false);
            }
            state.open().stream()
                    .filter(task -> task.slot() && random.nextInt(4) == 0)
                    .forEach(this::end);
            firstOfEachDatabase(random);
            for (TaskId task : turns.due(state, SLOTS, now)) {
                assertNobodyBefore(task);
                state = state.apply(new SlotGranted(task, now));
                turns.granted(task);
                begun.add(task);
                assertThat(state.slotsHeld()).isLessThanOrEqualTo(SLOTS);
            }
        }
        assertThat(begun).doesNotHaveDuplicates().hasSize(TASKS);
    }

    @Test
    void aSnapshotGetsNoSlotAndHoldsNobodyUp() {
        registered(1, 0, true);
        registered(2, 0, false);
        registered(3, 1, false);
        turns.asks(new TaskId(1));
        turns.asks(new TaskId(3));

        assertThat(turns.due(state, SLOTS, now))
                .as("two waits behind the snapshot")
                .containsExactly(new TaskId(3));
        turns.asks(new TaskId(2));
        assertThat(turns.due(state, SLOTS, now)).containsExactly(new TaskId(2), new TaskId(3));
        state = state.apply(new SlotReleased(new TaskId(1), now));
        turns.ended(new TaskId(1), database(0), now);
        assertThat(turns.due(state, 1, now)).containsExactly(new TaskId(2));
    }

    private void registered(long task, int database, boolean snapshot) {
        state = state.apply(new TaskRegistered(
                new TaskId(task),
                database(database),
                Samples.SHOP,
                new UUID(0, task),
                Optional.empty(),
                false,
                now,
                snapshot));
    }

    private static DatabaseRef database(int number) {
        return DatabaseRef.of(Samples.INSTANCE, new DatabaseName("db" + number));
    }

    private void end(Registration task) {
        state = state.apply(new SlotReleased(task.task(), now));
        turns.ended(task.task(), task.database(), now);
    }

    /** A database asks for its oldest task, some time after it could. */
    private void firstOfEachDatabase(Random random) {
        Map<DatabaseRef, Registration> first = new HashMap<>();
        state.open().stream().forEach(task -> first.putIfAbsent(task.database(), task));
        first.values().stream().filter(task -> !task.slot()).forEach(task -> {
            Instant due = asksAt.computeIfAbsent(task.task(), id -> now.plusMillis(random.nextInt(4_500)));
            if (!now.isBefore(due)) {
                turns.asks(task.task());
            }
        });
    }

    private void assertNobodyBefore(TaskId task) {
        List<DatabaseRef> atWork = state.open().stream()
                .filter(Registration::slot)
                .map(Registration::database)
                .toList();
        assertThat(state.open().list())
                .filteredOn(other -> other.task().compareTo(task) < 0 && !other.slot())
                .as("waiting tasks before " + task)
                .allMatch(other -> atWork.contains(other.database()));
    }
}
