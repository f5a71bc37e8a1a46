package io.bakstripe.coordinator.instance;

import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.coordinator.Samples;
import io.bakstripe.coordinator.journal.CallKey;
import io.bakstripe.coordinator.journal.InstanceEvent.SlotReleased;
import io.bakstripe.coordinator.journal.InstanceEvent.TaskRegistered;
import io.bakstripe.protocol.name.TaskId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class RegistrationsTest {
    private static final Instant NOON = Samples.NOON;

    private static Registration registration(long task, boolean slot) {
        return new Registration(
                new TaskId(task), Samples.SHOP_REF, new UUID(7, task), Optional.empty(), NOON, slot, false);
    }

    @Test
    void keepTheOrderOfIdsInWhateverOrderTheyCome() {
        Registrations some =
                Registrations.of(List.of(registration(10, false), registration(2, true), registration(9, false)));

        assertThat(some.stream().map(known -> known.task().value())).containsExactly(2L, 9L, 10L);
        assertThat(some.newest(Optional.empty()).map(known -> known.task().value()))
                .containsExactly(10L, 9L, 2L);
        assertThat(some.newest(Optional.of(new TaskId(10)))
                        .map(known -> known.task().value()))
                .containsExactly(9L, 2L);
        assertThat(some.newest(Optional.of(new TaskId(1)))).isEmpty();
    }

    @Test
    void countSlotsThoughARegistrationIsReplaced() {
        Registrations one = Registrations.none().with(registration(1, false));

        Registrations held = one.with(registration(1, true)).with(registration(1, true));

        assertThat(one.slots()).isZero();
        assertThat(held.slots()).isEqualTo(1);
        assertThat(held.size()).isEqualTo(1);
        assertThat(held.without(new TaskId(1)).slots()).isZero();
        assertThat(held.without(new TaskId(2))).isEqualTo(held);
    }

    @Test
    void areFoundByTaskAndBySubmission() {
        Registrations some = Registrations.of(List.of(registration(1, false), registration(2, false)));

        assertThat(some.ofSubmission(new UUID(7, 2))).map(Registration::task).contains(new TaskId(2));
        assertThat(some.without(new TaskId(2)).ofSubmission(new UUID(7, 2))).isEmpty();
        assertThat(some.find(new TaskId(3))).isEmpty();
    }

    @Test
    @Timeout(20)
    void comeAndGoByTheTenThousand() {
        InstanceRecord state = InstanceRecord.empty();
        for (long task = 1; task <= 60_000; task++) {
            state = state.apply(new TaskRegistered(
                    new TaskId(task),
                    Samples.SHOP_REF,
                    Samples.SHOP,
                    new UUID(7, task),
                    Optional.of(new CallKey("key" + task, "body")),
                    false,
                    NOON));
        }
        for (long task = 1; task <= 30_000; task++) {
            state = state.apply(new SlotReleased(new TaskId(task), NOON));
        }

        // With a copy of all of them for each event this takes minutes.
        assertThat(state.open().size()).isEqualTo(30_000);
        assertThat(state.find(new TaskId(60_000))).isPresent();
        assertThat(state.usedKey("key1", NOON)).isPresent();
    }

    @Nested
    class Keys {
        private UsedKey used(String key, long task, Duration after) {
            return new UsedKey(new CallKey(key, "body"), new TaskId(task), Samples.SHOP_REF, NOON.plus(after));
        }

        @Test
        void areForgottenOnceTheyAreOld() {
            UsedKeys keys = UsedKeys.of(List.of(
                    used("a", 1, Duration.ZERO), used("b", 2, Duration.ofHours(1)), used("c", 3, Duration.ofHours(2))));

            UsedKeys left = keys.since(NOON.plus(Duration.ofHours(1)));

            assertThat(left.list()).extracting(used -> used.key().key()).containsExactly("c");
            assertThat(left.find("b")).isEmpty();
            assertThat(keys.find("b")).isPresent();
        }

        @Test
        void leadToTheirLastUse() {
            UsedKeys keys = UsedKeys.of(List.of(used("a", 1, Duration.ZERO), used("a", 5, Duration.ofHours(30))));

            assertThat(keys.find("a")).map(UsedKey::task).contains(new TaskId(5));
            assertThat(keys.since(NOON).find("a")).map(UsedKey::task).contains(new TaskId(5));
            assertThat(keys.without(new TaskId(5)).find("a")).isEmpty();
        }
    }
}
