package io.bakstripe.coordinator.database;

import static io.bakstripe.coordinator.Samples.NOON;
import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.coordinator.Samples;
import io.bakstripe.coordinator.journal.DatabaseEvent.KeptDropped;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.instance.BackupSetInfo;
import io.bakstripe.protocol.instance.KeptDatabase;
import io.bakstripe.protocol.name.BackupSetId;
import io.bakstripe.protocol.name.Lsn;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.name.TaskId;
import io.bakstripe.protocol.procedure.BackupRequest;
import io.bakstripe.protocol.procedure.BackupType;
import io.bakstripe.protocol.stripe.BackupBasis;
import io.bakstripe.protocol.stripe.KeptLog;
import io.bakstripe.protocol.stripe.LogSpan;
import io.bakstripe.protocol.stripe.StartFacts;
import io.bakstripe.protocol.stripe.StopFacts;
import io.bakstripe.protocol.task.Lifecycle;
import io.bakstripe.protocol.task.TaskDetail;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What further backups go on from, after backups that were published, failed or overwrote others. */
class BackupRulesTest {
    private static final Lsn SEGMENT = Lsn.parse("0/3000000");

    private BackupHistory history = BackupHistory.none();
    private int published;

    private BackupSetId full(String file, boolean fresh, long damagedPages) {
        StopFacts stop = new StopFacts(
                Lsn.parse("0/3000100"),
                NOON,
                900,
                2_000,
                Optional.of(damagedPages).filter(pages -> pages > 0),
                Optional.of(NOON),
                Optional.of(new KeptLog(SEGMENT, fresh)));
        return publish(
                BackupType.FULL, file, BackupBasis.full(true), Samples.start().on(Samples.FORK), stop);
    }

    private BackupSetId differential(String file) {
        BackupBasis basis = BackupBasis.differential(history.base().orElseThrow());
        return publish(BackupType.DIFFERENTIAL, file, basis, Samples.start().on(Samples.FORK), Samples.stop());
    }

    private BackupSetId log(String file, String to) {
        BackupBasis basis = BackupBasis.log(history.chain().orElseThrow());
        StartFacts plain = Samples.start().on(Samples.FORK);
        StartFacts start = new StartFacts(
                plain.engine(),
                plain.engineVersion(),
                plain.systemIdentifier(),
                plain.timeline(),
                history.chain().get().nextLsn(),
                plain.segmentBytes(),
                plain.timeZone(),
                plain.dbname(),
                plain.recoveryFork(),
                plain.startedAt(),
                Optional.of(new LogSpan(SEGMENT, NOON, NOON.plusSeconds(60), NOON.plusSeconds(61))),
                Map.of());
        StopFacts stop = new StopFacts(Lsn.parse(to), NOON.plusSeconds(61), 2, 32 << 20);
        return publish(BackupType.LOG, file, basis, start, stop);
    }

    private BackupSetId publish(BackupType type, String file, BackupBasis basis, StartFacts start, StopFacts stop) {
        BackupSetId set = new BackupSetId(new UUID(3, ++published));
        TaskState task = TaskState.create(Given.created(new TaskId(published), request(type, file)));
        Attempt attempt = Attempt.begin(1, 1, Optional.of(set), task.files(), basis)
                .opened(start, List.of(1_000L), 7)
                .stopped(stop, List.of(), 9);
        TaskState done = new TaskState(
                task.id(),
                task.origin(),
                TaskPhase.PUBLISHING,
                Optional.of(NOON),
                Optional.of(attempt),
                0,
                0,
                List.of(),
                NOON,
                Optional.empty(),
                Optional.empty());
        TaskDetail detail = TaskDetails.ended(done, Given.live(), TaskEnd.SUCCESS, NOON);
        assertThat(detail.row().lifecycle()).isEqualTo(Lifecycle.SUCCESS);
        history = history.published(done, detail, NOON);
        return set;
    }

    private static BackupRequest request(BackupType type, String file) {
        return new BackupRequest(Samples.SHOP, type, S3Arn.parse("arn:aws:s3:::bucket/" + file), true, 1, false);
    }

    private DatabaseRecord state() {
        return new DatabaseRecord(
                Optional.empty(), Optional.empty(), List.of(), List.of(), List.of(), history, List.of(), List.of());
    }

    private Optional<Problem> refusal(BackupType type, String file) {
        return BackupRules.refusal(state(), Samples.view(), request(type, file), true);
    }

    private Optional<BackupError> error(BackupType type, String file) {
        return refusal(type, file).map(Problem::error);
    }

    @Test
    void nothingGoesOnBeforeTheFirstFullBackup() {
        assertThat(refusal(BackupType.DIFFERENTIAL, "d").orElseThrow().detail())
                .isEqualTo(
                        "Cannot perform a differential backup for database \"Shop\", because a current database backup"
                                + " does not exist.");
        assertThat(refusal(BackupType.LOG, "l").orElseThrow().detail())
                .isEqualTo("BACKUP LOG cannot be performed because there is no current database backup.");
        assertThat(refusal(BackupType.FULL, "f")).isEmpty();
    }

    @Test
    void aFullBackupThatIsToBeMadeFirstIsWaitedFor() {
        DatabaseRecord pending =
                Given.after(DatabaseRecord.empty(), Given.created(Given.ONE, Samples.backup(Samples.SHOP, 1)));

        assertThat(BackupRules.refusal(pending, Samples.view(), request(BackupType.DIFFERENTIAL, "d"), false))
                .isEmpty();
        assertThat(BackupRules.refusal(pending, Samples.view(), request(BackupType.LOG, "l"), false))
                .isEmpty();
        assertThat(BackupRules.basis(pending, Samples.view(), request(BackupType.LOG, "l")))
                .isEmpty();
    }

    @Test
    void everythingGoesOnFromAFullBackup() {
        BackupSetId full = full("f", true, 0);

        assertThat(BackupRules.basis(state(), Samples.view(), request(BackupType.DIFFERENTIAL, "d"))
                        .flatMap(BackupBasis::base)
                        .orElseThrow()
                        .setId())
                .isEqualTo(full);
        assertThat(history.chain().orElseThrow().nextLsn()).isEqualTo(SEGMENT);
        assertThat(history.chain().orElseThrow().recoveryFork()).isEqualTo(Samples.FORK);
    }

    @Test
    void logsFollowOneAnotherOverFurtherFullBackups() {
        full("f", true, 0);
        log("l1", "0/5000000");
        full("f2", false, 0);
        log("l2", "0/7000000");

        assertThat(history.chain().orElseThrow().firstLsn()).isEqualTo(SEGMENT);
        assertThat(history.chain().orElseThrow().nextLsn()).isEqualTo(Lsn.parse("0/7000000"));
        assertThat(history.chain().orElseThrow().fence()).isEqualTo(NOON.plusSeconds(60));
    }

    @Test
    void aSlotThatHadToBeMadeAnewBeginsAnotherChain() {
        full("f", true, 0);
        log("l1", "0/5000000");
        full("f2", true, 0);

        assertThat(history.chain().orElseThrow().nextLsn()).isEqualTo(SEGMENT);
    }

    @Test
    void aBrokenChainIsRefusedUntilTheNextFullBackup() {
        full("f", true, 0);
        history = history.broken(BackupError.LOG_CHAIN_BROKEN.problem("Shop", "its slot is lost"));

        Problem refused = refusal(BackupType.LOG, "l").orElseThrow();
        assertThat(refused.error()).isEqualTo(BackupError.NO_CURRENT_BACKUP);
        assertThat(refused.hint()).contains("its slot is lost");
        assertThat(history.logBackups(Optional.empty()).orElseThrow().broken().orElseThrow())
                .contains("its slot is lost");

        full("f2", false, 0);
        assertThat(error(BackupType.LOG, "l")).isEmpty();
        assertThat(history.chain().orElseThrow().firstLsn()).isEqualTo(SEGMENT);
    }

    @Test
    void aDamagedSetServesAsNoBase() {
        full("f", true, 0);
        full("f2", false, 3);

        Problem refused = refusal(BackupType.DIFFERENTIAL, "d").orElseThrow();
        assertThat(refused.error()).isEqualTo(BackupError.NO_DIFFERENTIAL_BASE);
        assertThat(refused.hint()).contains("damaged pages");
    }

    @Test
    void aSetWhoseFilesWereOverwrittenIsGone() {
        full("same", true, 0);
        full("same", false, 0);
        assertThat(history.sets()).extracting(BackupSetInfo::gone).containsExactly(false, true);
        assertThat(history.sets()).extracting(BackupSetInfo::servesAsBase).containsExactly(true, false);

        history = history.overwritten(List.of(S3Arn.parse("arn:aws:s3:::bucket/same")));
        assertThat(refusal(BackupType.DIFFERENTIAL, "d").orElseThrow().hint()).contains("overwritten");
    }

    @Test
    void theLastFullBackupThatIsShownIsThereStill() {
        BackupSetId kept = full("kept", true, 0);
        full("lost", false, 0);

        history = history.overwritten(List.of(S3Arn.parse("arn:aws:s3:::bucket/lost")));
        assertThat(history.last().orElseThrow().setId()).isEqualTo(kept);

        history = history.overwritten(List.of(S3Arn.parse("arn:aws:s3:::bucket/kept")));
        assertThat(history.last()).isEmpty();
    }

    private Optional<String> shownBroken(Optional<KeptDatabase> kept) {
        return history.logBackups(kept).orElseThrow().broken();
    }

    @Test
    void theLogOfADatabaseThatIsKeptAsideIsShownAsBrokenUntilItIsSwappedBack() {
        full("f", true, 0);
        log("l", "0/5000000");

        assertThat(shownBroken(Optional.of(new KeptDatabase(NOON, Samples.FORK))))
                .hasValueSatisfying(why -> assertThat(why).contains("replaced at " + NOON, "a full backup"));
        assertThat(shownBroken(Optional.of(Samples.KEPT))).isEmpty();
        assertThat(shownBroken(Optional.empty())).isEmpty();
    }

    @Test
    void theLogOfADatabaseThatWasReplacedAndDroppedGoesOnNoMore() {
        full("f", true, 0);
        DatabaseRecord other = keeping(Samples.KEPT).apply(new KeptDropped(Given.ONE, "me", NOON));
        assertThat(other.history()).isEqualTo(history);

        history = keeping(new KeptDatabase(NOON, Samples.FORK))
                .apply(new KeptDropped(Given.ONE, "me", NOON))
                .history();

        assertThat(shownBroken(Optional.empty()).orElseThrow()).contains("'Shop'", "replaced at " + NOON, "dropped");
        assertThat(error(BackupType.LOG, "l")).contains(BackupError.NO_CURRENT_BACKUP);
    }

    private DatabaseRecord keeping(KeptDatabase kept) {
        return new DatabaseRecord(
                Optional.of(Samples.SHOP),
                Optional.empty(),
                List.of(),
                List.of(),
                List.of(),
                history,
                List.of(),
                List.of(),
                SnapshotLog.none(),
                Optional.of(new KeptState(kept)));
    }

    @Test
    void nothingOverwritesWhatItBuildsOn() {
        full("f", true, 0);
        differential("d");
        log("l", "0/5000000");

        assertThat(error(BackupType.DIFFERENTIAL, "f")).contains(BackupError.OVERWRITES_OWN_BASE);
        assertThat(error(BackupType.LOG, "f")).contains(BackupError.OVERWRITES_OWN_BASE);
        assertThat(error(BackupType.LOG, "l")).contains(BackupError.OVERWRITES_OWN_BASE);
        assertThat(error(BackupType.DIFFERENTIAL, "l")).contains(BackupError.OVERWRITES_OWN_BASE);
        assertThat(error(BackupType.DIFFERENTIAL, "d")).isEmpty();
        assertThat(error(BackupType.FULL, "f")).isEmpty();
    }

    @Test
    void aServerStaysOnItsForkUntilItIsAnotherOne() {
        StartFacts later = Samples.start();
        assertThat(history.forkOf(later)).isEmpty();

        full("f", true, 0);
        assertThat(history.forkOf(later)).contains(Samples.FORK);
        assertThat(history.forkOf(of("7400000000000000002", 1, "0/9000000"))).isEmpty();
        assertThat(history.forkOf(of(later.systemIdentifier(), 2, "0/9000000"))).isEmpty();
        assertThat(history.forkOf(of(later.systemIdentifier(), 1, "0/1000000"))).isEmpty();

        full("f2", false, 3);
        assertThat(history.base()).isEmpty();
        assertThat(history.forkOf(of(later.systemIdentifier(), 1, "0/9000000"))).contains(Samples.FORK);
    }

    private static StartFacts of(String systemIdentifier, int timeline, String firstLsn) {
        StartFacts start = Samples.start();
        return new StartFacts(
                start.engine(),
                start.engineVersion(),
                systemIdentifier,
                timeline,
                Lsn.parse(firstLsn),
                start.segmentBytes(),
                start.timeZone(),
                start.dbname(),
                Optional.empty(),
                start.startedAt());
    }

    @Test
    void logsNeedTheFullRecoveryModel() {
        BackupRequest undeclared =
                new BackupRequest(Samples.COPY, BackupType.LOG, S3Arn.parse("arn:aws:s3:::bucket/l"), false, 1, false);

        Problem refused =
                BackupRules.refusal(state(), Samples.view(), undeclared, true).orElseThrow();

        assertThat(refused.error()).isEqualTo(BackupError.SIMPLE_MODEL);
        assertThat(refused.detail())
                .isEqualTo("The statement BACKUP LOG is not allowed while the recovery model is SIMPLE.");
    }

    @Test
    void keepsTheNewestSets() {
        for (int i = 0; i < BackupHistory.KEPT + 5; i++) {
            full("f" + i, i == 0, 0);
        }

        assertThat(history.sets()).hasSize(BackupHistory.KEPT);
        assertThat(history.last().orElseThrow().setId())
                .isEqualTo(history.base().orElseThrow().setId());
    }
}
