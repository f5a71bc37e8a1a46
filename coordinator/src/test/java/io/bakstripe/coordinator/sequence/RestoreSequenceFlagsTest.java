package io.bakstripe.coordinator.sequence;

import static io.bakstripe.coordinator.sequence.RestoreSequence.Standing.ABSENT;
import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.coordinator.Samples;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.procedure.Recovery;
import io.bakstripe.protocol.stripe.RolledTo;
import io.bakstripe.protocol.stripe.SetFacts;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What the flags of sets forbid; sets of PostgreSQL bear none (rows L6 and L16). */
class RestoreSequenceFlagsTest {
    private static SetFacts flagged(SetFacts set, String flag) {
        return new SetFacts(
                set.setId(),
                set.type(),
                set.database(),
                set.start(),
                set.stop(),
                set.baseSet(),
                set.baseLsn(),
                set.recoveryModel(),
                List.of(flag),
                set.files());
    }

    private static RestoreSequence.Standing behind(SetFacts full) {
        RolledTo end = new RolledTo(full.lastLsn(), Optional.of(full.stop().stoppedAt()), false);
        return new RestoreSequence.Standing(
                Optional.empty(), Optional.of(RestorePosition.of(Samples.COPY, full, end, Recovery.NORECOVERY, "me")));
    }

    private static Optional<BackupError> refusal(RestoreSequence.Standing standing, SetFacts set) {
        RestoreSequence.Call call = new RestoreSequence.Call(
                Samples.INSTANCE,
                Samples.step(set.type(), Recovery.NORECOVERY),
                Optional.of(Samples.ME),
                Optional.of(set),
                Optional.empty());
        return RestoreSequence.refusal(standing, List.of(), call).map(Problem::error);
    }

    @Test
    void aDatabaseWithAFilestreamFileGroupIsNotRestored() {
        assertThat(refusal(ABSENT, Samples.full())).isEmpty();
        assertThat(refusal(ABSENT, flagged(Samples.full(), SetFacts.FILESTREAM)))
                .contains(BackupError.FILESTREAM_UNSUPPORTED);
    }

    @Test
    void aFileWithoutAnIdentityEndsTheSequenceBehindItsFullBackup() {
        SetFacts full = flagged(Samples.full(), SetFacts.NULL_FILE_GUID);

        assertThat(refusal(ABSENT, full)).isEmpty();
        assertThat(refusal(behind(Samples.full()), Samples.log())).isEmpty();
        assertThat(refusal(behind(full), Samples.log())).contains(BackupError.NULL_FILE_GUID);
        assertThat(refusal(behind(Samples.full()), flagged(Samples.log(), SetFacts.NULL_FILE_GUID)))
                .contains(BackupError.NULL_FILE_GUID);
    }
}
