package io.bakstripe.coordinator.sequence;

import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.coordinator.Samples;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.name.Lsn;
import io.bakstripe.protocol.procedure.BackupType;
import io.bakstripe.protocol.procedure.Recovery;
import io.bakstripe.protocol.stripe.RolledTo;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is said to somebody who gives one moment with every log, behind the log that it lay in. */
class ReachedMomentTest {
    private static final Instant MOMENT = Instant.parse("2026-03-04T12:00:30Z");

    /** Before the log of {@link Samples#log()} begins. */
    private static Problem refused(boolean stopped) {
        RestorePosition position = RestorePosition.of(
                        Samples.COPY,
                        Samples.full(),
                        new RolledTo(Lsn.parse("0/2000000"), Optional.empty(), false),
                        Recovery.NORECOVERY,
                        "me")
                .after(
                        new RolledTo(Lsn.parse("0/3500000"), Optional.empty(), stopped),
                        Optional.of(MOMENT),
                        Recovery.NORECOVERY,
                        "me");
        RestoreSequence.Call call = new RestoreSequence.Call(
                Samples.INSTANCE,
                Samples.step(BackupType.LOG, Recovery.NORECOVERY),
                Optional.of(Samples.ME),
                Optional.of(Samples.logFrom("0/4000000")),
                Optional.of(MOMENT));
        return RestoreSequence.refusal(
                        new RestoreSequence.Standing(Optional.empty(), Optional.of(position)), List.of(), call)
                .orElseThrow();
    }

    @Test
    void aLogBehindItIsRefusedWithTheAdviceToFinish() {
        Problem problem = refused(true);

        assertThat(problem.error()).isEqualTo(BackupError.LOG_TOO_RECENT);
        assertThat(problem.error().serverMessage()).hasValue(4305);
        assertThat(problem.detail())
                .isEqualTo("The log in this backup set begins at LSN 0/4000000, which is too recent to apply to the"
                        + " database. An earlier log backup that includes LSN 0/3500000 can be restored.");
        assertThat(problem.hint()).contains("the moment it was to stop at, 2026-03-04T12:00:30Z", "rds_finish_restore");
    }

    @Test
    void aLogThatIsMissedIsAskedForWhereTheMomentIsNotReached() {
        assertThat(refused(false).hint()).contains("Restore the log backups before this one first");
    }
}
