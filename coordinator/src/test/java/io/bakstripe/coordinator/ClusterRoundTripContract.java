package io.bakstripe.coordinator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.instance.ConfigurationRow;
import io.bakstripe.protocol.instance.DatabaseInfo;
import io.bakstripe.protocol.instance.DatabaseState;
import io.bakstripe.protocol.message.RequestKey;
import io.bakstripe.protocol.name.AttemptRef;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.InstanceName;
import io.bakstripe.protocol.name.TaskId;
import io.bakstripe.protocol.port.TaskFilter;
import io.bakstripe.protocol.procedure.TaskRequest;
import io.bakstripe.protocol.task.Lifecycle;
import io.bakstripe.protocol.task.StripeDetail;
import io.bakstripe.protocol.task.TaskDetail;
import io.bakstripe.protocol.task.TaskRow;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whole tasks through the real coordinators, whatever database keeps the journal. */
abstract class ClusterRoundTripContract {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private Node node;

    /** Keys below {@code bakstripe.journal} of an empty journal. */
    abstract Map<String, String> journal() throws Exception;

    private Map<String, String> journal = Map.of();

    @BeforeEach
    void start() throws Exception {
        journal = journal();
        open();
    }

    @AfterEach
    void stop() {
        node.close();
    }

    private void open() throws SQLException {
        node = Node.start(journal, List.of(Samples.definition(1)));
        assertThat(get(node.coordinators.declared())).isTrue();
    }

    @Test
    void backsUpAndRestoresToTheEnd() {
        TaskRow backup = submit(Samples.backup(Samples.SHOP, 3), "b1");

        assertThat(backup.taskId()).isEqualTo(new TaskId(1));
        assertThat(backup.lifecycle()).isEqualTo(Lifecycle.CREATED);
        TaskDetail ended = ends(backup.taskId());
        assertThat(ended.row().lifecycle()).isEqualTo(Lifecycle.SUCCESS);
        assertThat(ended.row().percentComplete()).isEqualTo(100);
        assertThat(ended.row().taskInfo())
                .contains("Task execution has started.")
                .contains("BACKUP_DB task will initiate a multi-file task with 3 file(s).  The files are:"
                        + " shop1-of-3.bak, shop2-of-3.bak, shop3-of-3.bak.")
                .contains("100 percent processed.");
        assertThat(ended.copyStatements()).isEqualTo(9 + 3 * 3);
        assertThat(ended.stripes()).extracting(StripeDetail::bytesDone).containsExactly(1_000L, 1_000L, 1_000L);

        TaskRow restore = submit(Samples.restore(Samples.COPY), "r1");
        assertThat(ends(restore.taskId()).row().lifecycle()).isEqualTo(Lifecycle.SUCCESS);
        DatabaseInfo copy = get(node.coordinators.instances().database(Samples.INSTANCE, new DatabaseName("cOpY")));
        assertThat(copy.name()).isEqualTo(Samples.COPY);
        assertThat(copy.state()).isEqualTo(DatabaseState.ONLINE);
        assertThat(copy.connection()).isPresent();
        assertThat(get(node.coordinators.instances().databases(Samples.INSTANCE)))
                .extracting(info -> info.name().value())
                .containsExactly("Copy", "Second", "Shop", "Third");
        assertThat(get(node.coordinators.instances().database(Samples.INSTANCE, Samples.SHOP))
                        .lastFullBackup())
                .map(DatabaseInfo.LastFullBackup::setId)
                .isEqualTo(ended.backupSet());
        assertThat(problem(node.coordinators
                                .procedures()
                                .submit(
                                        Samples.INSTANCE,
                                        Samples.restore(new DatabaseName("copy")),
                                        Samples.ME,
                                        Optional.empty()))
                        .detail())
                .startsWith("Database 'Copy' already exists.");
    }

    @Test
    void goesOnAfterTheWholeNodeWasStopped() throws SQLException {
        node.workers.held.add(Samples.SHOP_REF.folded());
        node.workers.held.add(Samples.COPY_REF.folded());
        TaskRow backup = submit(Samples.backup(Samples.SHOP, 2), "b1");
        TaskRow restore = submit(Samples.restore(Samples.COPY), "r1");
        reaches(backup.taskId(), "streaming", 45);
        reaches(restore.taskId(), "applying", 45);
        assertThat(get(node.coordinators.instances().database(Samples.INSTANCE, Samples.COPY))
                        .state())
                .isEqualTo(DatabaseState.RESTORING_IN_PROGRESS);

        node.close();
        open();

        assertThat(ends(backup.taskId()).row().lifecycle()).isEqualTo(Lifecycle.SUCCESS);
        assertThat(ends(restore.taskId()).row().lifecycle()).isEqualTo(Lifecycle.SUCCESS);
        assertThat(submit(Samples.backup(Samples.SHOP, 1), "b2").taskId()).isEqualTo(new TaskId(3));
    }

    @Test
    void startsAnotherAttemptWhenTheSessionWasLost() {
        node.workers.held.add(Samples.SHOP_REF.folded());
        TaskRow backup = submit(Samples.backup(Samples.SHOP, 2), "b1");
        TaskDetail first = reaches(backup.taskId(), "streaming", 45);

        node.workers.lostSessions.add(new AttemptRef(Samples.INSTANCE, backup.taskId(), 1).entityId());
        node.workers.held.clear();

        TaskDetail ended = ends(backup.taskId());
        assertThat(ended.row().lifecycle()).isEqualTo(Lifecycle.SUCCESS);
        assertThat(ended.attempt()).isEqualTo(2);
        assertThat(ended.backupSet()).isNotEqualTo(first.backupSet());
        assertThat(node.workers.aborts.get()).isGreaterThanOrEqualTo(2);
    }

    @Test
    void runsTwoTasksOfThreeDatabasesAtATime() {
        List<DatabaseName> names = List.of(Samples.SHOP, new DatabaseName("Second"), new DatabaseName("Third"));
        names.forEach(name -> node.workers.held.add(name.folded()));
        List<TaskId> tasks = names.stream()
                .map(name -> submit(Samples.backup(name, 1), name.value()).taskId())
                .toList();
        reaches(tasks.get(0), "streaming", 45);
        reaches(tasks.get(1), "streaming", 45);
        assertThat(task(tasks.get(2)).row().lifecycle()).isEqualTo(Lifecycle.CREATED);
        assertThat(node.workers.streamed).containsExactlyInAnyOrder("shop", "second");

        node.workers.held.remove("second");

        reaches(tasks.get(2), "streaming", 45);
        assertThat(task(tasks.get(0)).row().lifecycle()).isEqualTo(Lifecycle.IN_PROGRESS);
        node.workers.held.clear();
        tasks.forEach(task -> assertThat(ends(task).row().lifecycle()).isEqualTo(Lifecycle.SUCCESS));
    }

    @Test
    void answersARepeatedCallWithTheSameRow() {
        TaskRow first = submit(Samples.backup(Samples.SHOP, 1), "key");
        ends(first.taskId());
        int checks = node.workers.backupChecks.get();

        TaskRow again = submit(Samples.backup(Samples.SHOP, 1), "key");

        assertThat(again.taskId()).isEqualTo(first.taskId());
        assertThat(again.lifecycle()).isEqualTo(Lifecycle.SUCCESS);
        assertThat(node.workers.backupChecks.get()).isEqualTo(checks);
        Problem other = problem(node.coordinators
                .procedures()
                .submit(
                        Samples.INSTANCE,
                        Samples.backup(Samples.SHOP, 2),
                        Samples.ME,
                        Optional.of(new RequestKey("key", "other"))));
        assertThat(other.error()).isEqualTo(BackupError.IDEMPOTENCY_KEY_REUSED);
        assertThat(get(node.coordinators.tasks().tasks(Samples.INSTANCE, TaskFilter.all())))
                .hasSize(1);
    }

    @Test
    void voidsARegistrationThatNeverBecameATask() {
        node.registers(new UUID(3, 3));

        Awaitility.await()
                .atMost(LIMIT)
                .until(() -> node.describes().open().isEmpty()
                        && node.describes().recent().isEmpty());
        assertThat(submit(Samples.backup(Samples.SHOP, 1), "b1").taskId()).isEqualTo(new TaskId(2));
        assertThat(ids(TaskFilter.all())).containsExactly(new TaskId(2));
    }

    @Test
    void refusesWithoutATask() {
        node.workers.preflightProblem = Optional.of(BackupError.FILE_EXISTS.problem("shop.bak"));
        assertThat(refused(Samples.backup(Samples.SHOP, 1)).error()).isEqualTo(BackupError.FILE_EXISTS);
        node.workers.preflightProblem = Optional.empty();
        node.workers.preflightSilent = true;
        assertThat(refused(Samples.backup(Samples.SHOP, 1)).error()).isEqualTo(BackupError.CLUSTER_TIMEOUT);
        assertThat(refused(Samples.backup(new DatabaseName("nonsense"), 1)).error())
                .isEqualTo(BackupError.DATABASE_UNKNOWN);
        assertThat(problem(node.coordinators
                                .procedures()
                                .submit(
                                        new InstanceName("elsewhere"),
                                        Samples.backup(Samples.SHOP, 1),
                                        Samples.ME,
                                        Optional.empty()))
                        .error())
                .isEqualTo(BackupError.INSTANCE_UNKNOWN);

        assertThat(get(node.coordinators.tasks().tasks(Samples.INSTANCE, TaskFilter.all())))
                .isEmpty();
    }

    @Test
    void keepsEndedTasksInTheHistoryInOrderAndByFilter() {
        List<TaskId> tasks = List.of("a", "b", "c").stream()
                .map(key -> submit(Samples.backup(Samples.SHOP, 1), key).taskId())
                .toList();
        tasks.forEach(this::ends);
        Awaitility.await()
                .atMost(LIMIT)
                .untilAsserted(
                        () -> assertThat(new HistoryRows(journal).count()).isEqualTo(3));
        TaskFilter lastTwo = new TaskFilter(
                Optional.of(new DatabaseName("SHOP")),
                Optional.empty(),
                Optional.of(Lifecycle.SUCCESS),
                Optional.empty(),
                Optional.of(2));

        assertThat(ids(TaskFilter.all())).containsExactlyElementsOf(tasks);
        assertThat(ids(lastTwo)).containsExactlyElementsOf(tasks.subList(1, 3));
        assertThat(problem(node.coordinators.tasks().task(Samples.INSTANCE, new TaskId(99)))
                        .error())
                .isEqualTo(BackupError.TASK_UNKNOWN);
    }

    @Test
    void cancelsARunningBackupThoughTheNodeStopsInBetween() throws SQLException {
        node.workers.held.add(Samples.SHOP_REF.folded());
        node.workers.storeSilent = true;
        TaskId task = submit(Samples.backup(Samples.SHOP, 2), "b1").taskId();
        reaches(task, "streaming", 45);

        assertThat(cancel(task).lifecycle()).isEqualTo(Lifecycle.CANCEL_REQUESTED);
        assertThat(cancel(task).lifecycle()).isEqualTo(Lifecycle.CANCEL_REQUESTED);
        assertThat(task(task).row().lifecycle()).isEqualTo(Lifecycle.CANCEL_REQUESTED);
        node.close();
        open();

        assertThat(ends(task).row().lifecycle()).isEqualTo(Lifecycle.CANCELLED);
        assertThat(ends(task).attempt()).isEqualTo(1);
        assertThat(notCancelled(task).error()).isEqualTo(BackupError.TASK_ENDED);
        assertThat(notCancelled(new TaskId(99)).error()).isEqualTo(BackupError.TASK_UNKNOWN);
        Awaitility.await()
                .atMost(LIMIT)
                .untilAsserted(
                        () -> assertThat(new HistoryRows(journal).count()).isEqualTo(1));
    }

    @Test
    void cancelsARestoreSoThatItsNameIsFreeAgain() {
        node.workers.held.add(Samples.COPY_REF.folded());
        TaskId first = submit(Samples.restore(Samples.COPY), "r1").taskId();
        reaches(first, "applying", 45);
        assertThat(refused(Samples.restore(Samples.COPY)).error()).isEqualTo(BackupError.RESTORE_PENDING);

        cancel(first);

        assertThat(ends(first).row().lifecycle()).isEqualTo(Lifecycle.CANCELLED);
        node.workers.held.clear();
        assertThat(ends(submit(Samples.restore(Samples.COPY), "r2").taskId())
                        .row()
                        .lifecycle())
                .isEqualTo(Lifecycle.SUCCESS);
    }

    @Test
    void cancelsAWaitingTaskAtOnce() {
        List.of("shop", "second").forEach(node.workers.held::add);
        TaskId running = submit(Samples.backup(Samples.SHOP, 1), "b1").taskId();
        submit(Samples.backup(new DatabaseName("Second"), 1), "b2");
        TaskId third =
                submit(Samples.backup(new DatabaseName("Third"), 1), "b3").taskId();
        reaches(running, "streaming", 45);

        assertThat(cancel(third).lifecycle()).isEqualTo(Lifecycle.CANCELLED);

        assertThat(task(running).row().lifecycle()).isEqualTo(Lifecycle.IN_PROGRESS);
        Awaitility.await().atMost(LIMIT).until(() -> node.describes().open().size() == 2);
    }

    @Test
    void getsRidOfUploadsLongAfterTheEndThoughTheNodeStopsInBetween() throws SQLException {
        node.workers.held.add(Samples.SHOP_REF.folded());
        node.workers.storeSilent = true;
        TaskId task = submit(Samples.backup(Samples.SHOP, 2), "b1").taskId();
        reaches(task, "streaming", 45);
        cancel(task);
        assertThat(ends(task).row().taskInfo()).contains("has not confirmed that the uploads of stripe(s) 1, 2");
        Awaitility.await().atMost(LIMIT).until(() -> node.workers.forgets.get() > 2);
        Awaitility.await().atMost(LIMIT).until(() -> node.describes().open().isEmpty());

        node.close();
        open();

        Awaitility.await().atMost(LIMIT).until(() -> node.workers.forgets.get() >= 2);
        // Confirmed now: the coordinator has nothing to do any more, so nobody is asked again.
        Awaitility.await()
                .atMost(LIMIT)
                .during(Duration.ofSeconds(3))
                .until(node.workers.forgets::get, new Settled()::sameAsBefore);
    }

    /** Whether a count stays as it is. */
    private static final class Settled {
        private int last = -1;

        boolean sameAsBefore(int count) {
            boolean same = count == last;
            last = count;
            return same;
        }
    }

    @Test
    void setsAndShowsConfiguration() {
        assertThat(get(node.coordinators
                        .procedures()
                        .setConfiguration(Samples.INSTANCE, "s3 BACKUP compression", "FALSE")))
                .extracting(ConfigurationRow::name, ConfigurationRow::value)
                .containsExactly(org.assertj.core.groups.Tuple.tuple("S3 backup compression", "false"));
        assertThat(get(node.coordinators.instances().instance(Samples.INSTANCE)).compression())
                .isFalse();
        assertThat(problem(node.coordinators.procedures().showConfiguration(Samples.INSTANCE, Optional.of("colour")))
                        .error())
                .isEqualTo(BackupError.CONFIGURATION_UNKNOWN);
    }

    private List<TaskId> ids(TaskFilter filter) {
        return get(node.coordinators.tasks().tasks(Samples.INSTANCE, filter)).stream()
                .map(task -> task.row().taskId())
                .toList();
    }

    private TaskRow submit(TaskRequest request, String key) {
        return get(node.coordinators
                .procedures()
                .submit(Samples.INSTANCE, request, Samples.ME, Optional.of(new RequestKey(key, "same"))));
    }

    private TaskRow cancel(TaskId task) {
        return get(node.coordinators.procedures().cancel(Samples.INSTANCE, task, Samples.ME, Optional.empty()));
    }

    private Problem notCancelled(TaskId task) {
        return problem(node.coordinators.procedures().cancel(Samples.INSTANCE, task, Samples.ME, Optional.empty()));
    }

    private Problem refused(TaskRequest request) {
        return problem(node.coordinators.procedures().submit(Samples.INSTANCE, request, Samples.ME, Optional.empty()));
    }

    private TaskDetail task(TaskId id) {
        return get(node.coordinators.tasks().task(Samples.INSTANCE, id));
    }

    private TaskDetail ends(TaskId id) {
        return Awaitility.await()
                .atMost(LIMIT)
                .until(() -> task(id), task -> task.row().lifecycle().ended());
    }

    private TaskDetail reaches(TaskId id, String phase, int percent) {
        return Awaitility.await()
                .atMost(LIMIT)
                .until(
                        () -> task(id),
                        task -> task.phase().equals(phase) && task.row().percentComplete() == percent);
    }

    private static <T> T get(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        } catch (Exception failed) {
            throw new AssertionError("no answer", failed);
        }
    }

    private static Problem problem(CompletionStage<?> stage) {
        Throwable failure = catchThrowable(() -> stage.toCompletableFuture().get(LIMIT.toSeconds(), TimeUnit.SECONDS));
        assertThat(failure).isNotNull();
        return Problem.of(failure);
    }
}
