package io.bakstripe.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.bakstripe.bench.Figures.Cpu;
import io.bakstripe.node.sandbox.Sandbox;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Runs and measures on a node whose database is filled. */
final class Bench {
    private static final String SOURCE = Sandbox.SHOP.value();

    private final BenchNode node;
    private final Yardstick yardstick;
    private final Profiler profiler;
    private final int stripes;

    Bench(BenchNode node, Yardstick yardstick, Profiler profiler, int stripes) {
        this.node = node;
        this.yardstick = yardstick;
        this.profiler = profiler;
        this.stripes = stripes;
    }

    /** Measures everything once, each step over files in the page cache, and proves that the restored rows are those of the source. */
    Repetition repeat(int number) throws IOException, SQLException {
        String copy = "bench_copy_" + number;
        String arn = "arn:aws:s3:::" + node.bucket() + "/bench-*.bak";
        yardstick.warm();
        Figures zstd = Figures.of(yardstick.compress());
        yardstick.warm();
        Figures backup = measured("rds_backup_database", Tasks.backup(node, SOURCE, stripes));
        yardstick.warm();
        Figures unzstd = Figures.of(yardstick.decompress());
        yardstick.warm();
        Figures restore =
                measured("rds_restore_database", Map.of("restore_db_name", copy, "s3_arn_to_restore_from", arn));
        Cpu cpu = restore.cpu();
        double restored = ProcessFacts.treeCpuSeconds(node.serverPid(copy));
        SampleDatabase.compareAndDrop(node.source(), node.database(copy));
        return new Repetition(
                zstd,
                backup,
                unzstd,
                new Figures(
                        restore.seconds(),
                        restore.plainBytes(),
                        backup.storedBytes(),
                        new Cpu(cpu.node(), cpu.database(), cpu.store(), restored),
                        restore.peakMegabytes()));
    }

    private Figures measured(String procedure, Map<String, ?> arguments) throws IOException {
        List<Long> processes = List.of(node.pid(), node.storePid());
        profiler.begin(processes);
        ProcessFacts.forgetPeak(node.pid());
        Cpu before = cpu();
        Instant begin = Instant.now();
        JsonNode task = Tasks.run(node, procedure, arguments);
        Instant end = Instant.parse(task.required("endedAt").asText());
        Cpu cpu = cpu().since(before);
        double peak = ProcessFacts.peakMegabytes(node.pid());
        profiler.end(processes, procedure);
        long stored = 0;
        for (JsonNode stripe : task.required("stripes")) {
            stored += stripe.required("storedBytes").asLong();
        }
        return new Figures(
                Duration.between(begin, end).toNanos() / 1e9,
                task.required("bytesTotal").asLong(),
                stored,
                cpu,
                peak);
    }

    private Cpu cpu() throws IOException {
        return new Cpu(
                ProcessFacts.cpuSeconds(node.pid()),
                ProcessFacts.treeCpuSeconds(node.serverPid(SOURCE)),
                ProcessFacts.cpuSeconds(node.storePid()),
                0);
    }
}
