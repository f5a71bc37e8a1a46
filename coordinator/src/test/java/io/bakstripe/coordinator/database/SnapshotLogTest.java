package io.bakstripe.coordinator.database;

import static io.bakstripe.coordinator.Samples.NOON;
import static io.bakstripe.coordinator.database.Taken.daily;
import static io.bakstripe.coordinator.database.Taken.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bakstripe.coordinator.Samples;
import io.bakstripe.coordinator.journal.DatabaseEvent.SnapshotGoing;
import io.bakstripe.coordinator.journal.DatabaseEvent.SnapshotGone;
import io.bakstripe.coordinator.journal.DatabaseEvent.SnapshotRemovalFailed;
import io.bakstripe.coordinator.snapshot.RemovalCause;
import io.bakstripe.protocol.instance.BackupSetInfo;
import io.bakstripe.protocol.instance.SnapshotKind;
import io.bakstripe.protocol.instance.SnapshotState;
import io.bakstripe.protocol.message.DatabaseCommand.StripeState;
import io.bakstripe.protocol.name.SnapshotId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is recorded of snapshots that go, and of many. */
class SnapshotLogTest {
    private static SnapshotGoing going(SnapshotId id) {
        return new SnapshotGoing(Given.ONE, id, RemovalCause.CALL, Optional.of("me"), NOON);
    }

    private static DatabaseRecord taken(DatabaseRecord state) {
        return Course.snapshot(state, Samples.SHOP)
                .opened()
                .stripes(StripeState.DRAINED, StripeState.DRAINED)
                .stopped()
                .stripes(StripeState.PREPARED, StripeState.PREPARED)
                .targetsChecked(Optional.empty())
                .published()
                .state();
    }

    @Test
    void oneThatGoesIsNoneOfTheAvailableOnesAnyMore() {
        DatabaseRecord state = Given.after(Taken.state(daily(2, 0), daily(1, 1)), going(id(1)));

        assertThat(state.snapshots().ended())
                .extracting(kept -> kept.info().id())
                .containsExactly(id(2));
        assertThat(Snapshotting.shown(state))
                .extracting(shown -> shown.state())
                .containsExactly(SnapshotState.AVAILABLE, SnapshotState.DELETING);
        assertThat(state.idle()).isFalse();
    }

    @Test
    void itsSetIsGoneFromTheHistoryBeforeItsFilesAre() {
        DatabaseRecord state = taken(DatabaseRecord.empty());
        assertThat(state.history().sets()).extracting(BackupSetInfo::gone).containsExactly(false);

        DatabaseRecord after = Given.after(state, going(Given.SNAPSHOT));

        assertThat(after.history().sets()).extracting(BackupSetInfo::gone).containsExactly(true);
        assertThat(after.history().snapshotSince()).isEqualTo(state.history().snapshotSince());
    }

    @Test
    void whyItCouldNotBeDeletedIsShownUntilItIs() {
        DatabaseRecord failed = Given.after(
                Taken.state(daily(1, 1)),
                going(id(1)),
                new SnapshotRemovalFailed(Given.ONE, id(1), Given.DENIED, NOON));

        assertThat(Snapshotting.shown(failed)).singleElement().satisfies(shown -> {
            assertThat(shown.state()).isEqualTo(SnapshotState.DELETING);
            assertThat(shown.problem().orElseThrow()).contains("Access Denied");
        });
        assertThat(failed.idle()).isTrue();
        DatabaseRecord gone = Given.after(failed, new SnapshotGone(Given.ONE, id(1), NOON));
        assertThat(Snapshotting.shown(gone)).isEmpty();
        assertThat(gone.snapshots().gone()).singleElement().satisfies(shown -> {
            assertThat(shown.id()).isEqualTo(id(1));
            assertThat(shown.state()).isEqualTo(SnapshotState.DELETED);
            assertThat(shown.problem()).isEmpty();
        });
    }

    @Test
    void oneThatIsNotThereCannotGo() {
        assertThatThrownBy(() -> Given.after(Taken.state(), going(id(1)))).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void remembersOnlyTheDeletedOnesOfLate() {
        DatabaseRecord state = Taken.state();
        for (int number = 1; number <= SnapshotLog.REMEMBERED + 1; number++) {
            state = Taken.state(new SnapshotLog(
                    Optional.empty(),
                    List.of(daily(number, 0)),
                    Optional.empty(),
                    List.of(),
                    state.snapshots().gone()));
            state = Given.after(state, going(id(number)), new SnapshotGone(Given.ONE, id(number), NOON));
        }

        assertThat(state.snapshots().gone()).hasSize(SnapshotLog.REMEMBERED);
        assertThat(state.snapshots().gone().get(0).id()).isEqualTo(id(SnapshotLog.REMEMBERED + 1));
    }

    @Test
    void aFailedOneMakesRoomBeforeAnAvailableOneDoes() {
        List<SnapshotLog.Ended> full = new ArrayList<>(Collections.nCopies(SnapshotLog.KEPT - 2, daily(9, 0)));
        full.add(Taken.snapshot(2, SnapshotKind.DAILY, false, NOON));
        full.add(daily(1, 400));
        SnapshotLog log = new SnapshotLog(Optional.empty(), full, Optional.empty(), List.of(), List.of());

        DatabaseRecord once = taken(Taken.state(log));
        assertThat(once.snapshots().ended(id(2))).isEmpty();
        assertThat(once.snapshots().ended(id(1))).isPresent();
        assertThat(once.snapshots().ended()).hasSize(SnapshotLog.KEPT);

        DatabaseRecord twice = taken(once);
        assertThat(twice.snapshots().ended(id(1))).isEmpty();
        assertThat(twice.snapshots().ended()).hasSize(SnapshotLog.KEPT);
    }
}
