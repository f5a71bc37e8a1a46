package io.bakstripe.bench;

import io.bakstripe.protocol.instance.ServerConnection;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code deploy/bench/run}: fills a database, backs it up and restores it, and measures both against {@code zstd}. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Fills a database of the given size, makes a full backup of it and restores it, and does the same with zstd over the",
            "same files in the same run. Prints a table and writes JSON; docs/benchmarks.md says what each figure means.",
            "Takes disk space of about six times the size."
        })
final class BenchCommand implements Callable<Integer> {
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

    @Option(names = "--heap", description = "The node's largest heap. Default: ${DEFAULT-VALUE}.")
    private String heap = "512m";

    @Option(names = "--config", paramLabel = "FILE", description = "Further settings of the node, as HOCON.")
    private @Nullable Path config;

    @Option(
            names = "--profile",
            paramLabel = "DIR",
            description = "Record node and store with the JDK's Flight Recorder.")
    private @Nullable Path profile;

    @Option(names = "--data", paramLabel = "DIR", description = "Empty folder to work in. Default: a new one.")
    private @Nullable Path data;

    @Option(
            names = "--json",
            paramLabel = "FILE",
            description = "Where the figures go. Default: deploy/bench/target/bench.json.")
    private Path json = Path.of(System.getProperty("bakstripe.bench.json", "bench.json"));

    @Option(names = "--keep", description = "Leave the folder as it is at the end.")
    private boolean keep;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new BenchCommand()).execute(arguments));
    }

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        Path folder = (data == null ? Files.createTempDirectory("bakstripe-bench-") : Files.createDirectories(data))
                .toAbsolutePath()
                .normalize();
        try (Stream<Path> present = Files.list(folder)) {
            if (present.findAny().isPresent()) {
                spec.commandLine()
                        .getErr()
                        .println("error: " + folder + " is not empty: name another folder for --data");
                return 2;
            }
        }
        try {
            Report report = measure(out, folder);
            report.print(out);
            report.write(json);
            out.println("\nwritten: " + json.toAbsolutePath());
            return 0;
        } catch (IOException | SQLException | IllegalStateException failed) {
            spec.commandLine().getErr().println("error: " + failed.getMessage());
            spec.commandLine().getErr().println("hint: run it with --data DIR --keep and read DIR/node.log.");
            return 1;
        } finally {
            out.flush();
            if (!keep) {
                remove(folder);
            }
        }
    }

    private Report measure(PrintWriter out, Path folder) throws IOException, SQLException {
        say(out, "starting a node in " + folder);
        try (BenchNode node = BenchNode.start(folder, heap, Optional.ofNullable(config), level)) {
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
            return new Report(parameters(filled), repetitions);
        }
    }

    private Map<String, Object> parameters(long filled) throws IOException {
        Map<String, Object> parameters = new LinkedHashMap<>();
        parameters.put("databaseBytes", filled);
        parameters.put("stripes", stripes);
        parameters.put("level", level);
        parameters.put("yardstickThreads", threads);
        parameters.put("heap", heap);
        parameters.put("cores", Runtime.getRuntime().availableProcessors());
        parameters.put("load", load());
        parameters.put("java", Runtime.version().toString());
        return parameters;
    }

    private static String load() throws IOException {
        return Files.readString(Path.of("/proc/loadavg")).trim();
    }

    private static void say(PrintWriter out, String text) {
        out.println("bench: " + text);
        out.flush();
    }

    private static void remove(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
