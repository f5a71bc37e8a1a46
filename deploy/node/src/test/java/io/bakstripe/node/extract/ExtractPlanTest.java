package io.bakstripe.node.extract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.BakstripeException;
import io.bakstripe.protocol.name.BackupSetId;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.Lsn;
import io.bakstripe.protocol.procedure.BackupType;
import io.bakstripe.protocol.stripe.LogSpan;
import io.bakstripe.protocol.stripe.SetFacts;
import io.bakstripe.protocol.stripe.StartFacts;
import io.bakstripe.protocol.stripe.StopFacts;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Positions and times are the same small numbers here: second 30 is where the log is at 30. */
final class ExtractPlanTest {
    private final SetFacts old = data(BackupType.FULL, 1, 10, 12, Optional.empty());
    private final SetFacts full = data(BackupType.FULL, 2, 20, 22, Optional.empty());
    private final SetFacts differential = data(BackupType.DIFFERENTIAL, 3, 30, 32, Optional.of(full.setId()));
    private final SetFacts ofOld = data(BackupType.DIFFERENTIAL, 4, 34, 36, Optional.of(old.setId()));
    private final SetFacts early = log(5, 20, 31);
    private final SetFacts middle = log(6, 31, 40);
    private final SetFacts late = log(7, 40, 50);
    private final List<SetFacts> all = List.of(late, ofOld, early, differential, old, middle, full);

    @Test
    void takesTheNewestFullBackupItsNewestDifferentialAndTheLogsFromThere() {
        assertThat(ExtractPlan.choose(all, Optional.empty())).containsExactly(full, differential, middle, late);
    }

    @Test
    void takesForAMomentOnlyWhatHadEndedBeforeAndNoLogBehindIt() {
        assertThat(ExtractPlan.choose(all, at(31))).containsExactly(full, early, middle);
        assertThat(ExtractPlan.choose(all, at(39))).containsExactly(full, differential, middle);
        assertThat(ExtractPlan.choose(all, at(15))).containsExactly(old);
    }

    @Test
    void takesAsFewLogsAsThereAre() {
        SetFacts whole = log(8, 20, 50);

        assertThat(ExtractPlan.choose(List.of(full, early, middle, late, whole), Optional.empty()))
                .containsExactly(full, whole);
    }

    @Test
    void leavesALogBehindAGapToTheRulesOfRestores() {
        assertThat(ExtractPlan.choose(List.of(full, late), Optional.empty())).containsExactly(full, late);
    }

    @Test
    void refusesSetsWithoutAFullBackupAndThoseOfSeveralServers() {
        refused(BackupError.FULL_MISSING, List.of(differential, middle), Optional.empty());
        refused(BackupError.FULL_MISSING, all, at(12));
        SetFacts stranger = set(BackupType.FULL, 9, "8", 60, 62, Optional.empty(), Optional.empty());
        refused(BackupError.DATABASES_MIXED, List.of(full, stranger), Optional.empty());
    }

    private static void refused(BackupError error, List<SetFacts> sets, Optional<Instant> moment) {
        assertThatThrownBy(() -> ExtractPlan.choose(sets, moment))
                .isInstanceOfSatisfying(
                        BakstripeException.class,
                        failure -> assertThat(failure.problem().error()).isEqualTo(error));
    }

    private static Optional<Instant> at(long second) {
        return Optional.of(Instant.ofEpochSecond(second));
    }

    private static SetFacts data(BackupType type, int id, long first, long last, Optional<BackupSetId> base) {
        return set(type, id, "7", first, last, base, Optional.empty());
    }

    private static SetFacts log(int id, long first, long last) {
        LogSpan span = new LogSpan(
                new Lsn(10), Instant.ofEpochSecond(first), Instant.ofEpochSecond(last), Instant.ofEpochSecond(last));
        return set(BackupType.LOG, id, "7", first, last, Optional.empty(), Optional.of(span));
    }

    private static SetFacts set(
            BackupType type,
            int id,
            String system,
            long first,
            long last,
            Optional<BackupSetId> base,
            Optional<LogSpan> log) {
        StartFacts start = new StartFacts(
                "postgresql",
                "18",
                system,
                1,
                new Lsn(first),
                16 << 20,
                "UTC",
                "shop",
                Optional.empty(),
                Instant.ofEpochSecond(first),
                log,
                Map.of());
        StopFacts stop = new StopFacts(
                new Lsn(last),
                Instant.ofEpochSecond(last),
                1,
                1,
                Optional.empty(),
                Optional.of(Instant.ofEpochSecond(last)),
                Optional.empty());
        return new SetFacts(
                new BackupSetId(new UUID(0, id)),
                type,
                new DatabaseName("Shop"),
                start,
                stop,
                base,
                Optional.empty(),
                "full",
                List.of(),
                List.of());
    }
}
