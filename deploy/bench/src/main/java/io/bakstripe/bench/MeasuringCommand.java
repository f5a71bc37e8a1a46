package io.bakstripe.bench;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What all measurements share: a folder of their own, the node's options, and how a failure is shown. */
@Command(mixinStandardHelpOptions = true, sortOptions = false)
abstract class MeasuringCommand implements Callable<Integer> {
    @Option(names = "--stripes", description = "Files of a backup, 1 to 10. Default: ${DEFAULT-VALUE}.")
    private int stripes = 4;

    @Option(names = "--heap", description = "The node's largest heap. Default: ${DEFAULT-VALUE}.")
    private String heap = "512m";

    @Option(names = "--config", paramLabel = "FILE", description = "Further settings of the node, as HOCON.")
    private @Nullable Path config;

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

    /**
     * Measures, prints a table and writes the JSON.
     *
     * @param folder empty, removed afterwards
     */
    abstract void measure(PrintWriter out, Path folder, Path json) throws IOException, SQLException;

    @Override
    public final Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        Path folder = (data == null
                        ? Files.createTempDirectory(parent(), "bakstripe-bench-")
                        : Files.createDirectories(data))
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
            measure(out, folder, json);
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

    /** Where the folder is made when none is named. */
    Path parent() throws IOException {
        return Path.of(System.getProperty("java.io.tmpdir"));
    }

    final int stripes() {
        return stripes;
    }

    /** A node in this folder, new or left by an earlier one, with these variables in its environment. */
    final BenchNode start(Path folder, Map<String, String> environment) throws IOException {
        return BenchNode.start(folder, heap, Optional.ofNullable(config), environment);
    }

    /** What figures depend on besides the options of the command. */
    final Map<String, Object> machine() throws IOException {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("heap", heap);
        facts.put("cores", Runtime.getRuntime().availableProcessors());
        facts.put("load", load());
        facts.put("java", Runtime.version().toString());
        return facts;
    }

    static String load() throws IOException {
        return Files.readString(Path.of("/proc/loadavg")).trim();
    }

    static void say(PrintWriter out, String text) {
        out.println("bench: " + text);
        out.flush();
    }

    static void remove(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
