package io.bakstripe.node.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import io.bakstripe.node.RunningNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Looks at all tasks again and again while a test runs, and notes what must never be seen. A node that is down is not looked at. */
final class TaskWatch implements AutoCloseable {
    private static final long EVERY_MILLIS = 150;

    private final ChaosEnvironment environment;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final Map<String, Integer> farthest = new HashMap<>();
    private final List<String> violations = new CopyOnWriteArrayList<>();
    private long looks;
    private long missed;

    private TaskWatch(ChaosEnvironment environment) {
        this.environment = environment;
    }

    static TaskWatch start(ChaosEnvironment environment) {
        TaskWatch watch = new TaskWatch(environment);
        watch.timer.scheduleWithFixedDelay(watch::lookIfUp, 0, EVERY_MILLIS, TimeUnit.MILLISECONDS);
        return watch;
    }

    private synchronized void lookIfUp() {
        try {
            look(environment.node());
        } catch (IllegalStateException | AssertionError down) {
            // Killed between two answers: nothing was seen.
            missed++;
        }
    }

    private void look(RunningNode node) {
        RunningNode.Answer answer = node.procedure("rds_task_status", Map.of());
        if (answer.status() != 200) {
            return;
        }
        looks++;
        int running = 0;
        for (JsonNode row : answer.body().required("rows")) {
            if (row.required("lifecycle").asText().equals("IN_PROGRESS")) {
                running++;
                progress(node.task(row.required("task_id").asLong()));
            }
        }
        if (running > 2) {
            violations.add(running + " tasks run at once");
        }
    }

    private void progress(JsonNode task) {
        String attempt = "task " + task.required("task_id").asLong() + ", attempt "
                + task.required("attempt").asInt();
        int percent = task.required("% complete").asInt();
        int before = farthest.merge(attempt, percent, Math::max);
        if (percent < before) {
            violations.add(attempt + " went back from " + before + " to " + percent + " % complete");
        }
    }

    /** What was seen and must not be; empty when all was well. */
    List<String> violations() {
        return List.copyOf(violations);
    }

    /** How often the tasks were looked at, and how often they could not be. */
    @Override
    public synchronized String toString() {
        return looks + " looks, " + missed + " missed";
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
