package io.bakstripe.coordinator.instance;

import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.coordinator.Samples;
import io.bakstripe.coordinator.journal.InstanceEvent;
import io.bakstripe.protocol.instance.BackupOption;
import io.bakstripe.protocol.instance.DailyWindow;
import io.bakstripe.protocol.instance.Edition;
import io.bakstripe.protocol.instance.Windows;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.name.TaskId;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** When databases are asked for their daily snapshot (row L10). */
class DailySnapshotsTest {
    private static final DatabaseRef SHOP = ref("Shop");
    private static final DatabaseRef SECOND = ref("Second");
    private static final DatabaseRef THIRD = ref("Third");
    /** Over midnight. */
    private static final Instant OPEN = Instant.parse("2026-03-04T23:50:00Z");

    private static final Instant CLOSES = Instant.parse("2026-03-05T00:20:00Z");

    private final DailySnapshots daily = new DailySnapshots(2);

    private static DatabaseRef ref(String name) {
        return DatabaseRef.of(Samples.INSTANCE, new DatabaseName(name));
    }

    private static InstanceRecord declared(String window) {
        return InstanceRecord.empty()
                .apply(new InstanceEvent.InstanceDeclared(
                        Samples.definition(
                                1,
                                Edition.ENTERPRISE,
                                Optional.of(Samples.HOST),
                                false,
                                new Windows(Optional.of(DailyWindow.parse(window)), Optional.empty()),
                                Optional.of(BackupOption.DEFAULT)),
                        Samples.NOON));
    }

    private static InstanceRecord withSnapshot(InstanceRecord state, long task) {
        return state.apply(new InstanceEvent.TaskRegistered(
                new TaskId(task), SHOP, Samples.SHOP, new UUID(0, task), Optional.empty(), false, OPEN, true));
    }

    private List<DatabaseRef> asked(InstanceRecord state, Instant now) {
        return daily.due(state, now).map(DailySnapshots.Due::databases).orElse(List.of());
    }

    @Test
    void asksAFewAtATimeUntilEachHasAnswered() {
        InstanceRecord state = declared("23:50-00:20");

        assertThat(asked(state, OPEN)).containsExactly(SECOND, SHOP);
        daily.seen(SHOP, CLOSES);
        assertThat(asked(state, OPEN.plusSeconds(30))).containsExactly(SECOND, THIRD);
        daily.seen(SECOND, CLOSES);
        daily.seen(THIRD, CLOSES);
        assertThat(asked(state, OPEN.plusSeconds(60))).isEmpty();
        assertThat(asked(state, Instant.parse("2026-03-05T00:10:00Z"))).isEmpty();
    }

    @Test
    void snapshotsThatAreUnderWayCount() {
        InstanceRecord one = withSnapshot(declared("23:50-00:20"), 1);

        assertThat(asked(one, OPEN)).hasSize(1);
        assertThat(asked(withSnapshot(one, 2), OPEN)).isEmpty();
        assertThat(asked(withSnapshot(withSnapshot(one, 2), 3), OPEN)).isEmpty();
    }

    @Test
    void asksAgainWhenTheWindowOpensTheNextDay() {
        InstanceRecord state = declared("23:50-00:20");
        asked(state, OPEN);
        List.of(SHOP, SECOND, THIRD).forEach(database -> daily.seen(database, CLOSES));

        assertThat(asked(state, OPEN.plus(Duration.ofHours(12)))).isEmpty();
        assertThat(daily.due(state, OPEN.plus(Duration.ofDays(1)))).hasValueSatisfying(due -> {
            assertThat(due.databases()).containsExactly(SECOND, SHOP);
            assertThat(due.closes()).isEqualTo(CLOSES.plus(Duration.ofDays(1)));
        });
    }

    @Test
    void aLateAnswerToAnEarlierWindowCountsForNothing() {
        InstanceRecord state = declared("23:50-00:20");
        asked(state, OPEN.plus(Duration.ofDays(1)));

        daily.seen(SHOP, CLOSES);

        assertThat(asked(state, OPEN.plus(Duration.ofDays(1)))).containsExactly(SECOND, SHOP);
    }

    @Test
    void isClosedOutsideTheWindowAndWhereThereIsNone() {
        assertThat(asked(declared("23:50-00:20"), OPEN.minusSeconds(1))).isEmpty();
        assertThat(asked(declared("23:50-00:20"), CLOSES)).isEmpty();
        assertThat(asked(
                        InstanceRecord.empty()
                                .apply(new InstanceEvent.InstanceDeclared(Samples.definition(1), Samples.NOON)),
                        OPEN))
                .isEmpty();
        assertThat(asked(InstanceRecord.empty(), OPEN)).isEmpty();
    }

    @Test
    void withoutAStorageNobodyIsAsked() {
        assertThat(new DailySnapshots(0).due(declared("23:50-00:20"), OPEN)).isEmpty();
    }

    /** The window stands still in UTC: on the day on which clocks go forward, and on the day on which they go back, there is one opening, as on others. */
    @Test
    void opensOnceOnDaysOnWhichClocksChange() {
        InstanceRecord state = declared("00:30-02:30");
        ZoneId berlin = ZoneId.of("Europe/Berlin");
        for (String day : List.of("2026-03-29", "2026-10-25", "2026-07-01")) {
            ZonedDateTime midnight = LocalDate.parse(day).atStartOfDay(berlin);
            Instant end = midnight.plusDays(1).toInstant();
            long openings = 0;
            Optional<Instant> before = Optional.empty();
            for (Instant now = midnight.toInstant(); now.isBefore(end); now = now.plusSeconds(600)) {
                Optional<Instant> closes = daily.due(state, now).map(DailySnapshots.Due::closes);
                openings += closes.isPresent() && !closes.equals(before) ? 1 : 0;
                before = closes;
            }
            assertThat(openings).as(day).isEqualTo(1);
        }
    }
}
