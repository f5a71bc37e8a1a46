package io.bakstripe.coordinator.database;

import static io.bakstripe.coordinator.Samples.NOON;
import static io.bakstripe.coordinator.database.Taken.daily;
import static io.bakstripe.coordinator.database.Taken.id;
import static io.bakstripe.coordinator.database.Taken.kept;
import static io.bakstripe.coordinator.database.Taken.snapshot;
import static io.bakstripe.coordinator.database.Taken.state;
import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.coordinator.journal.DatabaseEvent.SnapshotGoing;
import io.bakstripe.coordinator.snapshot.RemovalCause;
import io.bakstripe.coordinator.snapshot.SnapshotRetention;
import io.bakstripe.coordinator.snapshot.SnapshotSettings;
import io.bakstripe.protocol.instance.SnapshotKind;
import io.bakstripe.protocol.name.SnapshotId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which snapshots are kept. */
class RetentionRulesTest {
    private static final Duration WEEK = Duration.ofDays(7);
    private static final SnapshotSettings BY_AGE = kept(true, WEEK, SnapshotRetention.MOST, false);

    private static List<SnapshotId> going(SnapshotSettings settings, DatabaseRecord state, Instant now) {
        return new RetentionRules(settings)
                .due(state, now).stream()
                        .map(event -> ((SnapshotGoing) event).snapshot())
                        .toList();
    }

    private static List<SnapshotId> going(SnapshotSettings settings, DatabaseRecord state) {
        return going(settings, state, NOON);
    }

    @Test
    void thoseThatAreTooOldGoOldestFirst() {
        DatabaseRecord state = state(daily(5, 1), daily(4, 6), daily(3, 8), daily(2, 9));

        assertThat(new RetentionRules(BY_AGE).due(state, NOON))
                .allSatisfy(event -> assertThat(((SnapshotGoing) event).cause()).isEqualTo(RemovalCause.AGE));
        assertThat(going(BY_AGE, state)).containsExactly(id(2), id(3));
    }

    @Test
    void oneIsKeptAsLongAsTheSettingSaysAndNotLonger() {
        DatabaseRecord state = state(daily(2, 1), daily(1, 7));

        assertThat(going(BY_AGE, state, NOON)).isEmpty();
        assertThat(going(BY_AGE, state, NOON.plusMillis(1))).containsExactly(id(1));
    }

    @Test
    void theNewestAvailableOneStaysHoweverOldItIs() {
        DatabaseRecord state = state(
                snapshot(4, SnapshotKind.DAILY, false, NOON.minus(Duration.ofDays(90))),
                daily(3, 100),
                daily(2, 101),
                daily(1, 102));

        // The failed one behind it is none that could be restored in its place.
        assertThat(going(BY_AGE, state)).containsExactly(id(1), id(2), id(4));
        assertThat(going(kept(true, WEEK, 1, true), state)).containsExactly(id(1), id(2), id(4));
    }

    @Test
    void onlyAsManyAreKeptAsTheSettingSays() {
        DatabaseRecord state = state(daily(4, 0), daily(3, 0), daily(2, 0), daily(1, 0));

        assertThat(going(kept(true, WEEK, 4, false), state)).isEmpty();
        assertThat(going(kept(true, WEEK, 2, false), state)).containsExactly(id(1), id(2));
        assertThat(new RetentionRules(kept(true, WEEK, 2, false)).due(state, NOON))
                .allSatisfy(event -> assertThat(((SnapshotGoing) event).cause()).isEqualTo(RemovalCause.NUMBER));
    }

    @Test
    void failedOnesTakeNobodysPlaceAndGoByTheirAge() {
        DatabaseRecord state = state(
                daily(4, 0),
                snapshot(3, SnapshotKind.DAILY, false, NOON),
                daily(2, 1),
                snapshot(1, SnapshotKind.INITIAL, false, NOON.minus(Duration.ofDays(8))));

        assertThat(going(kept(true, WEEK, 2, false), state)).containsExactly(id(1));
    }

    @Test
    void thoseThatCallsAskedForStayUnlessTheSettingSaysOtherwise() {
        DatabaseRecord state = state(
                snapshot(4, SnapshotKind.MANUAL, true, NOON),
                daily(3, 0),
                snapshot(2, SnapshotKind.MANUAL, true, NOON.minus(Duration.ofDays(400))),
                daily(1, 0));

        assertThat(going(kept(true, WEEK, 2, false), state)).isEmpty();
        assertThat(going(kept(true, WEEK, 1, false), state)).containsExactly(id(1));
        assertThat(going(kept(true, WEEK, 2, true), state)).containsExactly(id(1), id(2));
    }

    @Test
    void nothingGoesWhereNothingMayBeDeleted() {
        DatabaseRecord state = state(daily(3, 100), daily(2, 101), daily(1, 102));

        assertThat(going(kept(false, WEEK, 1, true), state)).isEmpty();
        assertThat(going(
                        new SnapshotSettings(
                                "", "", 2, 2, kept(true, WEEK, 1, true).retention()),
                        state))
                .isEmpty();
    }

    @Test
    void aClockThatLeapsCannotTakeTheNewestOne() {
        DatabaseRecord state = state(daily(2, 0), daily(1, 1));

        assertThat(going(BY_AGE, state, NOON.plus(Duration.ofDays(10_000)))).containsExactly(id(1));
        assertThat(going(BY_AGE, state, NOON.minus(Duration.ofDays(10_000)))).isEmpty();
    }

    @Test
    void theNewestIsTheOneThatEndedLastWhateverItsTimeSays() {
        // The clock was set back between the two.
        DatabaseRecord state = state(daily(2, 30), daily(1, 0));

        assertThat(going(kept(true, WEEK, 1, false), state)).containsExactly(id(1));
    }
}
