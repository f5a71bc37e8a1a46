package io.bakstripe.coordinator.instance;

import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.coordinator.Samples;
import io.bakstripe.coordinator.journal.InstanceEvent;
import io.bakstripe.coordinator.snapshot.SnapshotRetention;
import io.bakstripe.coordinator.snapshot.SnapshotSettings;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.name.TaskId;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** When databases are to let go of snapshots. */
class RetentionRoundsTest {
    private static final Instant NOON = Samples.NOON;
    private static final Duration HOUR = Duration.ofHours(1);

    private final RetentionRounds rounds = new RetentionRounds(Samples.INSTANCE, settings("snaps", true));

    private static SnapshotSettings settings(String bucket, boolean delete) {
        return new SnapshotSettings(
                bucket,
                "",
                1,
                2,
                new SnapshotRetention(delete, Duration.ofDays(7), 10, false, HOUR, Duration.ofMinutes(1)));
    }

    private static InstanceRecord declared() {
        return InstanceRecord.empty().apply(new InstanceEvent.InstanceDeclared(Samples.complete(1), NOON));
    }

    private static InstanceRecord withDatabases(int count) {
        InstanceRecord state = declared();
        for (int number = 1; number <= count; number++) {
            DatabaseName name = new DatabaseName("restored" + number);
            state = state.apply(new InstanceEvent.TaskRegistered(
                    new TaskId(number),
                    DatabaseRef.of(Samples.INSTANCE, name),
                    name,
                    new UUID(0, number),
                    Optional.empty(),
                    true,
                    NOON));
        }
        return state;
    }

    @Test
    void theFirstRoundBeginsAtOnceAndTheNextWhenItsTimeHasCome() {
        InstanceRecord state = declared();
        List<DatabaseRef> all = state.databases().stream()
                .map(name -> DatabaseRef.of(Samples.INSTANCE, name))
                .toList();

        assertThat(rounds.due(state, NOON)).isEqualTo(all).isNotEmpty();
        all.forEach(rounds::seen);
        assertThat(rounds.due(state, NOON.plus(HOUR).minusMillis(1))).isEmpty();
        assertThat(rounds.due(state, NOON.plus(HOUR))).isEqualTo(all);
    }

    @Test
    void manyDatabasesAreAskedAFewAtATimeAndEachOnce() {
        InstanceRecord state = withDatabases(50);
        int count = state.databases().size();
        Set<DatabaseRef> asked = new HashSet<>();

        for (int probes = 0; asked.size() < count && probes < count; probes++) {
            List<DatabaseRef> due = rounds.due(state, NOON);
            assertThat(due).hasSizeLessThanOrEqualTo(RetentionRounds.AT_ONCE).noneMatch(asked::contains);
            asked.addAll(due);
            due.forEach(rounds::seen);
        }

        assertThat(asked).hasSize(count);
        assertThat(rounds.due(state, NOON)).isEmpty();
    }

    @Test
    void whoeverDoesNotAnswerIsAskedAgainBehindTheOthers() {
        InstanceRecord state = withDatabases(30);
        List<DatabaseRef> first = rounds.due(state, NOON);

        List<DatabaseRef> second = rounds.due(state, NOON);

        int others = state.databases().size() - RetentionRounds.AT_ONCE;
        assertThat(second.subList(0, others)).noneMatch(first::contains);
        assertThat(second.subList(others, second.size())).allMatch(first::contains);
    }

    @Test
    void aClockThatIsSetBackDoesNotPutTheNextRoundOff() {
        InstanceRecord state = declared();
        rounds.due(state, NOON).forEach(rounds::seen);
        assertThat(rounds.due(state, NOON)).isEmpty();

        assertThat(rounds.due(state, NOON.minus(Duration.ofDays(1)))).isNotEmpty();
    }

    @Test
    void nobodyIsAskedWhereNothingIsDeleted() {
        assertThat(new RetentionRounds(Samples.INSTANCE, settings("snaps", false)).due(declared(), NOON))
                .isEmpty();
        assertThat(new RetentionRounds(Samples.INSTANCE, settings("", true)).due(declared(), NOON))
                .isEmpty();
    }

    @Test
    void aRoundThatFindsNoInstanceYetComesAsSoonAsThereIsOne() {
        assertThat(rounds.due(InstanceRecord.empty(), NOON)).isEmpty();
        assertThat(rounds.due(declared(), NOON)).isNotEmpty();
    }
}
