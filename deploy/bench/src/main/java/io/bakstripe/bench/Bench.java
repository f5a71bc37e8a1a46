package io.bakstripe.bench;

import io.bakstripe.bench.Figures.Cpu;
import io.bakstripe.node.sandbox.Sandbox;
import java.io.IOException;
import java.sql.SQLException;
import java.util.Map;

/** Runs and measures on a node whose database is filled. */
final class Bench {
    private static final String SOURCE = Sandbox.SHOP.value();

    private final BenchNode node;
    private final Yardstick yardstick;
    private final MeasuredTasks tasks;
    private final int stripes;

    Bench(BenchNode node, Yardstick yardstick, MeasuredTasks tasks, int stripes) {
        this.node = node;
        this.yardstick = yardstick;
        this.tasks = tasks;
        this.stripes = stripes;
    }

    /** Measures everything once, each step over files in the page cache, and proves that the restored rows are those of the source. */
    Repetition repeat(int number) throws IOException, SQLException {
        String copy = "bench_copy_" + number;
        String arn = "arn:aws:s3:::" + node.bucket() + "/bench-*.bak";
        yardstick.warm();
        Figures zstd = Figures.of(yardstick.compress());
        yardstick.warm();
        Figures backup = tasks.run("rds_backup_database", Tasks.backup(node, SOURCE, stripes))
                .figures();
        yardstick.warm();
        Figures unzstd = Figures.of(yardstick.decompress());
        yardstick.warm();
        Figures restore = tasks.run(
                        "rds_restore_database", Map.of("restore_db_name", copy, "s3_arn_to_restore_from", arn))
                .figures();
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
}
