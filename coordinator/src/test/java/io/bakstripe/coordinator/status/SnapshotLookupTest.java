package io.bakstripe.coordinator.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bakstripe.coordinator.Samples;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.BakstripeException;
import io.bakstripe.protocol.instance.SnapshotInfo;
import io.bakstripe.protocol.instance.SnapshotKind;
import io.bakstripe.protocol.instance.SnapshotState;
import io.bakstripe.protocol.message.DatabaseCommand.SnapshotFound;
import io.bakstripe.protocol.message.DatabaseCommand.StoredSnapshot;
import io.bakstripe.protocol.name.SnapshotId;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SnapshotLookupTest {
    private static final SnapshotId SNAPSHOT = new SnapshotId(new UUID(0, 7));
    private static final SnapshotFound NONE = new SnapshotFound(Optional.empty());

    private static SnapshotFound in(SnapshotState state) {
        SnapshotInfo info = new SnapshotInfo(
                SNAPSHOT,
                Samples.SHOP,
                SnapshotKind.MANUAL,
                state,
                Samples.NOON,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
        return new SnapshotFound(Optional.of(
                new StoredSnapshot(info, Samples.restore(Samples.SHOP).arn())));
    }

    private static StoredSnapshot found(SnapshotFound... answers) {
        return SnapshotLookup.restorable(Samples.INSTANCE, SNAPSHOT, List.of(answers));
    }

    private static void assertRefused(BackupError error, String text, SnapshotFound... answers) {
        assertThatThrownBy(() -> found(answers)).isInstanceOfSatisfying(BakstripeException.class, refused -> {
            assertThat(refused.problem().error()).isEqualTo(error);
            assertThat(refused.problem().detail()).contains(SNAPSHOT.toString(), text);
        });
    }

    @Test
    void findsTheOneThatADatabaseKnows() {
        assertThat(found(NONE, in(SnapshotState.AVAILABLE), NONE).info().database())
                .isEqualTo(Samples.SHOP);
    }

    @Test
    void refusesOneThatNoDatabaseKnows() {
        assertRefused(BackupError.SNAPSHOT_UNKNOWN, "'sandbox'", NONE, NONE);
        assertRefused(BackupError.SNAPSHOT_UNKNOWN, "'sandbox'");
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "AVAILABLE")
    void refusesOneThatIsNotAvailable(SnapshotState state) {
        assertRefused(BackupError.SNAPSHOT_NOT_AVAILABLE, state.word(), NONE, in(state));
    }
}
