package io.bakstripe.bench;

import io.bakstripe.node.sandbox.Sandbox;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code deploy/bench/run log}: a log backup beside {@code zstd} over the same segments, and how it is rolled forward. */
@Command(
        name = "log",
        description = {
            "Fills a database and makes a full backup of it; updates, adds and deletes rows until there is log of the given size;",
            "compresses the segments of that log, copied aside before, with zstd, and makes a log backup of them; then restores",
            "both backups, rolls forward and compares the rows. Everything lies in memory (/dev/shm) where there is room."
        })
final class LogCommand extends SizedCommand {
    @Option(
            names = "--filled",
            converter = ByteSize.Converter.class,
            description = "Size of the database at first. Default: ${DEFAULT-VALUE}.")
    private ByteSize filled = ByteSize.of("500m");

    @Mixin
    private final Compression compression = new Compression();

    @Mixin
    private final Profiler profiler = new Profiler();

    LogCommand() {
        super("1g", 1);
    }

    @Override
    Path parent() throws IOException {
        return memory((repeat() + 3) * (2 * bytes() + filled.bytes()));
    }

    @Override
    void measure(PrintWriter out, Path folder, Path json) throws IOException, SQLException {
        say(out, "starting a node in " + folder);
        try (BenchNode node = start(folder, compression.environment())) {
            say(out, "filling the database");
            Map<String, Object> parameters = new LinkedHashMap<>();
            parameters.put("databaseBytes", SampleDatabase.fill(node.source(), filled.bytes(), 1));
            parameters.put("logBytes", bytes());
            parameters.putAll(compression.parameters());
            MeasuredTasks tasks = new MeasuredTasks(node, profiler);
            List<LogRound> rounds = new ArrayList<>();
            try (WalLoad load = new WalLoad(node.source(), new Random(1))) {
                for (int number = 1; number <= repeat(); number++) {
                    say(out, "measuring, " + number + " of " + repeat() + "; load of the machine: " + load());
                    rounds.add(round(node, folder, new Chain(node, tasks, stripes(), number), load));
                }
            }
            parameters.putAll(machine());
            Report<LogRound> report = new Report<>(parameters, LogRound.TARGETS, rounds);
            report.print(out);
            report.write(json);
        }
    }

    private LogRound round(BenchNode node, Path folder, Chain chain, WalLoad load) throws IOException, SQLException {
        Path aside = folder.resolve("log");
        Yardstick yardstick = compression.yardstick(aside, folder);
        chain.backUpAll();
        WalLoad.Made made = load.run(bytes());
        LogFilesAside.copy(node.source(), node.pgdata(Sandbox.SHOP.value()), aside);
        yardstick.warm();
        Figures zstd = Figures.of(yardstick.compress());
        yardstick.warm();
        MeasuredTasks.Done backup = chain.backUpLog();
        MeasuredTasks.Done restoreFull = chain.restoreAll();
        yardstick.warm();
        Figures unzstd = Figures.of(yardstick.decompress());
        MeasuredTasks.Done restoreLog = chain.restoreLog();
        MeasuredTasks.Done finish = chain.finish();
        chain.compareAndDrop();
        return new LogRound(made, zstd, backup, unzstd, restoreFull, restoreLog, finish);
    }
}
