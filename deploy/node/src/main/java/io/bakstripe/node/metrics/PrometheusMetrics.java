package io.bakstripe.node.metrics;

import io.bakstripe.coordinator.status.TaskFigures;
import io.bakstripe.coordinator.status.TaskFigures.LastBackup;
import io.bakstripe.protocol.name.InstanceName;
import io.bakstripe.protocol.port.NodeHealth;
import io.bakstripe.protocol.port.NodeMetrics;
import io.bakstripe.protocol.task.Lifecycle;
import io.bakstripe.protocol.task.TaskDetail;
import io.bakstripe.protocol.task.TaskRow;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The measurements of a node: its JVM, and of the cluster the tasks that have not ended and the last backups. Figures of the cluster are the same on
 * every node, so one of them is enough to alert on.
 *
 * <p>Who asks more than once a second gets what was measured last, so that a curious client costs the coordinators nothing.
 */
public final class PrometheusMetrics implements NodeMetrics, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PrometheusMetrics.class);
    private static final Duration FRESH = Duration.ofSeconds(1);

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final JvmGcMetrics collections = new JvmGcMetrics();
    private final TaskFigures figures;
    private final List<InstanceName> instances;
    private final MultiGauge tasks;
    private final MultiGauge done;
    private final MultiGauge total;
    private final MultiGauge backups;
    private CompletableFuture<String> last = CompletableFuture.completedFuture("");
    private long asked = System.nanoTime() - FRESH.toNanos();

    public PrometheusMetrics(TaskFigures figures, List<InstanceName> instances, NodeHealth health) {
        this.figures = figures;
        this.instances = List.copyOf(instances);
        this.tasks = MultiGauge.builder("bakstripe.tasks")
                .description("Tasks that have not ended, by instance and lifecycle.")
                .register(registry);
        this.done = MultiGauge.builder("bakstripe.task.done")
                .description("Bytes of the database that a running task has done.")
                .baseUnit("bytes")
                .register(registry);
        this.total = MultiGauge.builder("bakstripe.task.size")
                .description("Bytes of the database that a running task has to do; 0 before its plan is known.")
                .baseUnit("bytes")
                .register(registry);
        this.backups = MultiGauge.builder("bakstripe.last.backup.timestamp")
                .description("When the last successful backup of that type of that database ended.")
                .baseUnit("seconds")
                .register(registry);
        Gauge.builder("bakstripe.node.ready", () -> health.ready() ? 1 : 0)
                .description("1 while the node serves.")
                .register(registry);
        List.of(
                        new JvmMemoryMetrics(),
                        new JvmThreadMetrics(),
                        new ProcessorMetrics(),
                        new FileDescriptorMetrics(),
                        new UptimeMetrics(),
                        collections)
                .forEach(measured -> measured.bindTo(registry));
    }

    @Override
    public synchronized CompletionStage<String> text() {
        long now = System.nanoTime();
        if (last.isDone() && now - asked >= FRESH.toNanos()) {
            asked = now;
            last = measured().toCompletableFuture();
        }
        return last;
    }

    private CompletionStage<String> measured() {
        CompletionStage<List<TaskDetail>> unfinished = CompletableFuture.completedFuture(List.of());
        for (InstanceName instance : instances) {
            unfinished = unfinished.thenCombine(
                    orNothing(figures.unfinished(instance), "the tasks of instance " + instance),
                    PrometheusMetrics::joined);
        }
        return unfinished.thenCombine(orNothing(figures.lastBackups(), "the last backups"), (running, newest) -> {
            showTasks(running);
            showBackups(newest);
            return registry.scrape();
        });
    }

    private void showTasks(List<TaskDetail> unfinished) {
        List<MultiGauge.Row<?>> counts = new ArrayList<>();
        for (InstanceName instance : instances) {
            Arrays.stream(Lifecycle.values())
                    .filter(lifecycle -> !lifecycle.ended())
                    .forEach(lifecycle -> counts.add(MultiGauge.Row.of(
                            Tags.of("instance", instance.value(), "lifecycle", lifecycle.name()),
                            unfinished.stream()
                                    .filter(task -> task.instance().equals(instance)
                                            && task.row().lifecycle() == lifecycle)
                                    .count())));
        }
        tasks.register(counts, true);
        List<TaskDetail> running = unfinished.stream()
                .filter(task -> task.row().lifecycle() != Lifecycle.CREATED)
                .toList();
        done.register(
                running.stream()
                        .<MultiGauge.Row<?>>map(task -> MultiGauge.Row.of(tags(task), task.bytesDone()))
                        .toList(),
                true);
        total.register(
                running.stream()
                        .<MultiGauge.Row<?>>map(task -> MultiGauge.Row.of(tags(task), task.bytesTotal()))
                        .toList(),
                true);
    }

    private void showBackups(List<LastBackup> newest) {
        backups.register(
                newest.stream()
                        .<MultiGauge.Row<?>>map(backup -> MultiGauge.Row.of(
                                Tags.of(
                                        "instance", backup.instance(),
                                        "database", backup.database(),
                                        "task_type", backup.type().name()),
                                backup.at().getEpochSecond()))
                        .toList(),
                true);
    }

    private static Tags tags(TaskDetail task) {
        TaskRow row = task.row();
        return Tags.of(
                "instance", task.instance().value(),
                "database", row.databaseName().value(),
                "task_type", row.taskType().name(),
                "task_id", row.taskId().toString());
    }

    private static <T> CompletionStage<List<T>> orNothing(CompletionStage<List<T>> asked, String what) {
        return asked.exceptionally(failure -> {
            LOG.warn("{} cannot be measured: {}", what, failure.getMessage());
            return List.of();
        });
    }

    private static <T> List<T> joined(List<T> before, List<T> more) {
        List<T> all = new ArrayList<>(before);
        all.addAll(more);
        return all;
    }

    @Override
    public void close() {
        collections.close();
        registry.close();
    }
}
