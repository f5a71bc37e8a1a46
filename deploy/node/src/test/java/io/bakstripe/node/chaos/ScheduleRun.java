package io.bakstripe.node.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bakstripe.node.RunningNode.Answer;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Carries one schedule out. */
final class ScheduleRun {
    /** What the procedure is not known by, in versions that cannot cancel. */
    private static final String PROCEDURE_UNKNOWN = "BAK-3006";

    private final ChaosEnvironment environment;
    private final Submitted whole;
    private final Schedule schedule;
    private final long begun = System.nanoTime();
    private final List<Submitted> accepted = new ArrayList<>();

    private ScheduleRun(ChaosEnvironment environment, Submitted whole, Schedule schedule) {
        this.environment = environment;
        this.whole = whole;
        this.schedule = schedule;
    }

    /**
     * Does what the schedule says and lets the store be calm afterwards.
     *
     * @param whole a backup whose set restores can use
     * @return the tasks that were accepted
     */
    static List<Submitted> of(ChaosEnvironment environment, Submitted whole, Schedule schedule) throws IOException {
        ScheduleRun run = new ScheduleRun(environment, whole, schedule);
        try {
            for (Step step : schedule.steps()) {
                run.awaitTime(step.at());
                run.take(step);
            }
            run.awaitTime(schedule.length());
        } finally {
            environment.store().calm();
        }
        return List.copyOf(run.accepted);
    }

    private void awaitTime(Duration at) {
        await().pollInterval(Duration.ofMillis(20))
                .atMost(Duration.ofMinutes(2))
                .until(() -> System.nanoTime() - begun >= at.toNanos());
    }

    private void take(Step step) throws IOException {
        if (step instanceof Step.Script script) {
            environment.store().script(script.json());
        } else if (step instanceof Step.Kill) {
            environment.kill();
            environment.restart();
        } else if (step instanceof Step.Cancel cancel) {
            cancel(cancel.task());
        } else if (step instanceof Step.Backup backup) {
            String pattern = "seed" + schedule.seed() + "-" + backup.number() + "-*.bak";
            Answer answer = environment
                    .node()
                    .procedure("rds_backup_database", Submitted.backupCall(pattern, backup.files(), 0));
            note(answer, "BACKUP_DB", "shop", pattern, backup.files());
        } else if (step instanceof Step.Restore restore) {
            String database = "seed" + schedule.seed() + "_" + restore.number();
            Answer answer = environment
                    .node()
                    .procedure("rds_restore_database", Submitted.restoreCall(database, whole.pattern()));
            note(answer, "RESTORE_DB", database, whole.pattern(), whole.files());
        }
    }

    private void note(Answer answer, String type, String database, String pattern, int files) {
        if (answer.status() == 200) {
            accepted.add(environment.accepted(answer, type, database, pattern, files));
        } else {
            // Whoever is refused is told why, and never by an accident inside.
            assertThat(answer.code()).as(answer.toString()).startsWith("BAK-").isNotIn("BAK-9001", "BAK-9002");
        }
    }

    private void cancel(int task) {
        if (task < accepted.size()) {
            Answer answer = environment
                    .node()
                    .procedure(
                            "rds_cancel_task",
                            Map.of("task_id", accepted.get(task).id()));
            assertThat(answer.status() < 500 || answer.code().equals(PROCEDURE_UNKNOWN))
                    .as(answer.toString())
                    .isTrue();
        }
    }
}
