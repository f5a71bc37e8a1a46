package io.bakstripe.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.bakstripe.bench.Figures.Cpu;
import io.bakstripe.node.sandbox.Sandbox;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Runs tasks of a node and says what each took. */
final class MeasuredTasks {
    private static final String SOURCE = Sandbox.SHOP.value();

    private final BenchNode node;
    private final Profiler profiler;

    MeasuredTasks(BenchNode node, Profiler profiler) {
        this.node = node;
        this.profiler = profiler;
    }

    /**
     * A task that ended in success.
     *
     * @param task its document
     * @param figures from the call to its end
     * @param serverReadBytes what the processes of the source server read of files meanwhile
     * @param nodeWrittenBytes what the node wrote to files and connections meanwhile
     */
    record Done(JsonNode task, Figures figures, long serverReadBytes, long nodeWrittenBytes) {
        long copyStatements() {
            return task.required("copyStatements").asLong();
        }
    }

    /** Submits a task and waits for its success; throws {@link IllegalStateException} when it fails. */
    Done run(String procedure, Map<String, ?> arguments) throws IOException {
        List<Long> processes = List.of(node.pid(), node.storePid());
        profiler.begin(processes);
        ProcessFacts.forgetPeak(node.pid());
        long server = node.serverPid(SOURCE);
        long read = ProcessFacts.treeReadBytes(server);
        long written = ProcessFacts.writtenBytes(node.pid());
        Cpu before = cpu(server);
        Instant begin = Instant.now();
        JsonNode task = Tasks.run(node, procedure, arguments);
        Instant end = Instant.parse(task.required("endedAt").asText());
        Cpu cpu = cpu(server).since(before);
        double peak = ProcessFacts.peakMegabytes(node.pid());
        written = ProcessFacts.writtenBytes(node.pid()) - written;
        read = ProcessFacts.treeReadBytes(server) - read;
        profiler.end(processes, procedure + "-" + task.required("task_id").asText());
        long stored = 0;
        for (JsonNode stripe : task.required("stripes")) {
            stored += stripe.required("storedBytes").asLong();
        }
        Figures figures = new Figures(
                Duration.between(begin, end).toNanos() / 1e9,
                task.required("bytesTotal").asLong(),
                stored,
                cpu,
                peak);
        return new Done(task, figures, read, written);
    }

    private Cpu cpu(long server) {
        return new Cpu(
                ProcessFacts.cpuSeconds(node.pid()),
                ProcessFacts.treeCpuSeconds(server),
                ProcessFacts.cpuSeconds(node.storePid()),
                0);
    }
}
