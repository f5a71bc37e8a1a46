package io.bakstripe.bench;

import io.bakstripe.protocol.instance.ServerConnection;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code deploy/bench/run}: fills a database, backs it up and restores it, and measures both against {@code zstd}. */
@Command(
        name = "bench",
        subcommands = {
            DifferentialCommand.class,
            LogCommand.class,
            LoadCommand.class,
            FilesCommand.class,
            HistoryCommand.class,
            CallsCommand.class,
            EncryptionCommand.class
        },
        sortOptions = false,
        description = {
            "Fills a database of the given size, makes a full backup of it and restores it, and does the same with zstd over the",
            "same files in the same run. Prints a table and writes JSON; docs/benchmarks.md says what each figure means.",
            "Takes disk space of about six times the size."
        })
final class BenchCommand extends SizedCommand {
    @Mixin
    private final Compression compression = new Compression();

    @Mixin
    private final Profiler profiler = new Profiler();

    private BenchCommand() {
        super("4g", 1);
    }

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new BenchCommand()).execute(arguments));
    }

    @Override
    void measure(PrintWriter out, Path folder, Path json) throws IOException, SQLException {
        say(out, "starting a node in " + folder);
        try (BenchNode node = start(folder, compression.environment())) {
            ServerConnection source = node.source();
            say(out, "filling the database");
            long filled = SampleDatabase.fill(source, bytes(), 1);
            Yardstick yardstick = compression.yardstick(node.pgdata("shop"), folder);
            Bench bench = new Bench(node, yardstick, new MeasuredTasks(node, profiler), stripes());
            List<Repetition> repetitions = new ArrayList<>();
            for (int number = 1; number <= repeat(); number++) {
                say(out, "measuring, " + number + " of " + repeat() + "; load of the machine: " + load());
                repetitions.add(bench.repeat(number));
            }
            Report<Repetition> report = new Report<>(parameters(filled), Repetition.TARGETS, repetitions);
            report.print(out);
            report.write(json);
        }
    }

    private Map<String, Object> parameters(long filled) throws IOException {
        Map<String, Object> parameters = new LinkedHashMap<>();
        parameters.put("databaseBytes", filled);
        parameters.put("stripes", stripes());
        parameters.putAll(compression.parameters());
        parameters.putAll(machine());
        return parameters;
    }
}
