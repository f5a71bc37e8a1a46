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
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code deploy/bench/run}: fills a database, backs it up and restores it, and measures both against {@code zstd}. */
@Command(
        name = "bench",
        subcommands = {LoadCommand.class, FilesCommand.class},
        sortOptions = false,
        description = {
            "Fills a database of the given size, makes a full backup of it and restores it, and does the same with zstd over the",
            "same files in the same run. Prints a table and writes JSON; docs/benchmarks.md says what each figure means.",
            "Takes disk space of about six times the size."
        })
final class BenchCommand extends MeasuringCommand {
    @Option(names = "--size", converter = ByteSize.class, description = "Of the database, as 500m or 4g. Default: 4g.")
    private long size = 4_000_000_000L;

    @Option(names = "--stripes", description = "Files of the backup, 1 to 10. Default: ${DEFAULT-VALUE}.")
    private int stripes = 4;

    @Option(names = "--repeat", description = "How often everything is measured. Default: ${DEFAULT-VALUE}.")
    private int repeat = 1;

    @Option(names = "--level", description = "zstd's level, on both sides. Default: ${DEFAULT-VALUE}.")
    private int level = 3;

    @Option(names = "--threads", description = "zstd's threads, of the yardstick only. Default: ${DEFAULT-VALUE}.")
    private int threads = 2;

    @Option(
            names = "--profile",
            paramLabel = "DIR",
            description = "Record node and store with the JDK's Flight Recorder.")
    private @Nullable Path profile;

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new BenchCommand()).execute(arguments));
    }

    @Override
    void measure(PrintWriter out, Path folder, Path json) throws IOException, SQLException {
        say(out, "starting a node in " + folder);
        try (BenchNode node = start(folder, Map.of("BAKSTRIPE_ZSTD_LEVEL", Integer.toString(level)))) {
            ServerConnection source = node.source();
            say(out, "filling the database");
            long filled = SampleDatabase.fill(source, size, 1);
            Yardstick yardstick = new Yardstick(node.pgdata("shop"), folder, level, threads);
            Bench bench = new Bench(node, yardstick, new Profiler(Optional.ofNullable(profile)), stripes);
            List<Repetition> repetitions = new ArrayList<>();
            for (int number = 1; number <= repeat; number++) {
                say(out, "measuring, " + number + " of " + repeat + "; load of the machine: " + load());
                repetitions.add(bench.repeat(number));
            }
            Report report = new Report(parameters(filled), repetitions);
            report.print(out);
            report.write(json);
        }
    }

    private Map<String, Object> parameters(long filled) throws IOException {
        Map<String, Object> parameters = new LinkedHashMap<>();
        parameters.put("databaseBytes", filled);
        parameters.put("stripes", stripes);
        parameters.put("level", level);
        parameters.put("yardstickThreads", threads);
        parameters.putAll(machine());
        return parameters;
    }
}
