package io.bakstripe.coordinator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bakstripe.coordinator.status.TaskFigures;
import io.bakstripe.coordinator.status.TaskFigures.LastBackup;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.instance.DatabaseInfo;
import io.bakstripe.protocol.message.RequestKey;
import io.bakstripe.protocol.name.TaskId;
import io.bakstripe.protocol.port.TaskFilter;
import io.bakstripe.protocol.task.Lifecycle;
import io.bakstripe.protocol.task.TaskType;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Row T4, whatever database keeps the journal: 36 days of tasks, and what backups go on from for ever. */
abstract class HistoryLimitContract {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final String DATABASE = "database|" + Samples.SHOP_REF.entityId();
    private static final String INSTANCE = "instance|" + Samples.INSTANCE.value();
    private static final String TRIMMED_OFTEN = "bakstripe.coordinator { trim-every = 200 ms, snapshot-every = 4 }";
    private static final String NEVER_TRIMMED = "bakstripe.coordinator { trim-every = 1 h, snapshot-every = 4 }";

    private final ShiftedClock clock = new ShiftedClock();
    private Map<String, String> journal = Map.of();

    @SuppressWarnings("NullAway.Init") // each test opens it
    private Node node;

    /** Keys below {@code bakstripe.journal} of an empty journal. */
    abstract Map<String, String> journal() throws Exception;

    @BeforeEach
    void start() throws Exception {
        journal = journal();
    }

    @AfterEach
    void stop() {
        node.close();
    }

    private void open(String settings) throws SQLException {
        node = Node.start(journal, List.of(Samples.definition(1)), settings, clock);
        assertThat(get(node.coordinators.declared())).isTrue();
    }

    @Test
    void showsEndedTasksForThirtySixDays() throws SQLException {
        open(NEVER_TRIMMED);
        backup("first");

        clock.setAhead(Duration.ofDays(35));
        assertThat(shown()).containsExactly(new TaskId(1));
        clock.setAhead(Duration.ofDays(37));

        assertThat(shown()).isEmpty();
        assertThat(new HistoryRows(journal).count()).isEqualTo(1);
        assertThat(catchThrowable(() -> get(node.coordinators.tasks().task(Samples.INSTANCE, new TaskId(1)))))
                .hasStackTraceContaining(BackupError.TASK_UNKNOWN.code());
    }

    @Test
    void showsTasksThatHaveNotEndedHoweverOldTheyAre() throws SQLException {
        open(TRIMMED_OFTEN);
        node.workers.held.add(Samples.SHOP_REF.folded());
        submit("long");
        clock.setAhead(Duration.ofDays(40));

        assertThat(shown()).containsExactly(new TaskId(1));
        node.workers.held.clear();

        Awaitility.await().atMost(LIMIT).until(() -> lifecycle(1) == Lifecycle.SUCCESS);
    }

    @Test
    void removesOldRowsAndKeepsWhatBackupsGoOnFrom() throws SQLException {
        open(TRIMMED_OFTEN);
        backup("first");
        Optional<DatabaseInfo.LastFullBackup> full = lastFull();
        JournalRows rows = new JournalRows(journal);
        long before = rows.eventsOf(DATABASE);
        long ofInstance = rows.eventsOf(INSTANCE);

        clock.setAhead(Duration.ofDays(37));

        Awaitility.await()
                .atMost(LIMIT)
                .untilAsserted(
                        () -> assertThat(new HistoryRows(journal).count()).isZero());
        Awaitility.await()
                .atMost(LIMIT)
                .untilAsserted(() -> assertThat(rows.eventsOf(DATABASE)).isBetween(1L, before - 4));
        assertThat(rows.eventsOf(INSTANCE)).isBetween(1L, ofInstance);
        node.close();
        open(TRIMMED_OFTEN);
        assertThat(full).isPresent();
        assertThat(lastFull()).isEqualTo(full);
        assertThat(get(node.coordinators.instances().backupSets(Samples.INSTANCE, Samples.SHOP)))
                .hasSize(1)
                .allMatch(set -> set.servesAsBase());
        assertThat(backup("second")).isEqualTo(new TaskId(2));
        assertThat(shown()).containsExactly(new TaskId(2));
    }

    @Test
    void makesTheHistoryAgainFromWhatIsLeftOfTheJournal() throws SQLException {
        open(TRIMMED_OFTEN);
        backup("first");
        clock.setAhead(Duration.ofDays(37));
        Awaitility.await()
                .atMost(LIMIT)
                .untilAsserted(
                        () -> assertThat(new HistoryRows(journal).count()).isZero());
        node.close();
        // The journal's own time stamps are not ahead: trimmed any further, the second task's rows would go as well.
        open(NEVER_TRIMMED);
        TaskId second = backup("second");
        node.close();
        JournalRows rows = new JournalRows(journal);
        rows.execute("DELETE FROM \"task_history\"");
        rows.execute("DELETE FROM \"akka_projection_offset_store\"");

        open(NEVER_TRIMMED);

        Awaitility.await()
                .atMost(LIMIT)
                .untilAsserted(
                        () -> assertThat(new HistoryRows(journal).count()).isPositive());
        assertThat(shown()).containsExactly(second);
    }

    @Test
    void pagesOverUnfinishedAndEndedTasks() throws SQLException {
        open(NEVER_TRIMMED);
        backup("ended");
        node.workers.held.add(Samples.SHOP_REF.folded());
        List.of("b", "c", "d").forEach(this::submit);

        assertThat(Pages.of(node.coordinators.tasks(), 1)).containsExactly(4L, 3L, 2L, 1L);
        assertThat(Pages.of(node.coordinators.tasks(), 3)).containsExactly(4L, 3L, 2L, 1L);
    }

    @Test
    void monitoringSeesTheLastBackupOfADatabaseHoweverOldItIs() throws SQLException {
        open(TRIMMED_OFTEN);
        TaskFigures figures = node.coordinators.figures();
        node.workers.held.add(Samples.SHOP_REF.folded());
        TaskId running = submit("first");
        assertThat(get(figures.unfinished(Samples.INSTANCE)))
                .extracting(task -> task.row().taskId())
                .containsExactly(running);
        node.workers.held.clear();
        Awaitility.await().atMost(LIMIT).until(() -> get(figures.lastBackups()).size() == 1);
        LastBackup first = get(figures.lastBackups()).get(0);

        clock.setAhead(Duration.ofDays(37));
        Awaitility.await()
                .atMost(LIMIT)
                .untilAsserted(
                        () -> assertThat(new HistoryRows(journal).count()).isZero());

        assertThat(get(figures.unfinished(Samples.INSTANCE))).isEmpty();
        assertThat(get(figures.lastBackups())).containsExactly(first);
        assertThat(first.database()).isEqualTo(Samples.SHOP.value());
        assertThat(first.type()).isEqualTo(TaskType.BACKUP_DB);
        submit("second");
        Awaitility.await()
                .atMost(LIMIT)
                .until(() -> get(figures.lastBackups()).stream()
                        .allMatch(backup -> backup.at().isAfter(first.at().plus(Duration.ofDays(36)))));
        assertThat(get(figures.lastBackups())).hasSize(1);
    }

    private TaskId backup(String key) throws SQLException {
        long written = new HistoryRows(journal).count();
        TaskId task = submit(key);
        Awaitility.await()
                .atMost(LIMIT)
                .untilAsserted(
                        () -> assertThat(new HistoryRows(journal).count()).isEqualTo(written + 1));
        return task;
    }

    private TaskId submit(String key) {
        return get(node.coordinators
                        .procedures()
                        .submit(
                                Samples.INSTANCE,
                                Samples.backup(Samples.SHOP, 1),
                                Samples.ME,
                                Optional.of(new RequestKey(key, key))))
                .taskId();
    }

    private Lifecycle lifecycle(long task) {
        return get(node.coordinators.tasks().task(Samples.INSTANCE, new TaskId(task)))
                .row()
                .lifecycle();
    }

    private Optional<DatabaseInfo.LastFullBackup> lastFull() {
        return get(node.coordinators.instances().database(Samples.INSTANCE, Samples.SHOP))
                .lastFullBackup();
    }

    private List<TaskId> shown() {
        return get(node.coordinators.tasks().tasks(Samples.INSTANCE, TaskFilter.all())).stream()
                .map(task -> task.row().taskId())
                .toList();
    }

    private static <T> T get(CompletionStage<T> answer) {
        return answer.toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
    }
}
