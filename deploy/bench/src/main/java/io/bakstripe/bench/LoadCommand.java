package io.bakstripe.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code deploy/bench/run load}: how much a server that is in use notices of its backup. */
@Command(
        name = "load",
        description = {
            "Runs pgbench against a server, without and with a backup of it, and compares the transactions per second; then the same",
            "with the server spared (bytes-per-second, spread-checkpoint). Server and pgbench have the machine's last core to",
            "themselves, node and object store the others, as if they were on other hosts. Needs pgbench, taskset and two cores."
        })
final class LoadCommand extends MeasuringCommand {
    private static final String SOURCE = "shop";
    private static final Set<String> ENDED = Set.of("SUCCESS", "ERROR", "CANCELLED");

    @Option(names = "--size", converter = ByteSize.class, description = "Of the database. Default: 6g.")
    private long size = 6_000_000_000L;

    @Option(names = "--stripes", description = "Files of the backup, 1 to 10. Default: ${DEFAULT-VALUE}.")
    private int stripes = 4;

    @Option(names = "--seconds", description = "That pgbench runs each time. Default: ${DEFAULT-VALUE}.")
    private int seconds = 30;

    @Option(names = "--repeat", description = "Pairs of runs, without and with. Default: ${DEFAULT-VALUE}.")
    private int repeat = 3;

    @Option(names = "--clients", description = "Of pgbench. Default: ${DEFAULT-VALUE}.")
    private int clients = 4;

    @Option(names = "--scale", description = "Of pgbench's tables. Default: ${DEFAULT-VALUE}.")
    private int scale = 20;

    @Option(names = "--rate", description = "Bytes a second when the server is spared. Default: ${DEFAULT-VALUE}.")
    private String rate = "20 MiB";

    /** Transactions per second without and with a backup. */
    private record Pair(double alone, double beside) {
        private double ratio() {
            return beside / alone;
        }
    }

    @Override
    void measure(PrintWriter out, Path folder, Path json) throws IOException, SQLException {
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("machine", machine());
        try (BenchNode node = start(folder, Map.of())) {
            say(out, "filling the database");
            figures.put("databaseBytes", SampleDatabase.fill(node.source(), size, 1));
            load(node).initialize(scale);
            figures.put("unthrottled", pairs(out, node, "backup", 0.80));
        }
        Map<String, String> spared =
                Map.of("BAKSTRIPE_POSTGRESQL_BYTES_PER_SECOND", rate, "BAKSTRIPE_POSTGRESQL_SPREAD_CHECKPOINT", "true");
        try (BenchNode node = start(folder, spared)) {
            figures.put("spared", pairs(out, node, "backup at " + rate + "/s", 0.95));
        }
        Files.write(
                json,
                new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsBytes(figures));
    }

    private PgBench load(BenchNode node) throws IOException {
        return new PgBench(node.source(), clients, List.of("taskset", "--cpu-list", Integer.toString(lastCore())));
    }

    private Map<String, Object> pairs(PrintWriter out, BenchNode node, String what, double target) throws IOException {
        pin(node);
        PgBench load = load(node);
        say(out, "warming up");
        load.rate(seconds);
        List<Pair> pairs = new ArrayList<>();
        for (int number = 1; number <= repeat; number++) {
            double alone = load.rate(seconds);
            Pair pair = new Pair(alone, beside(node, load));
            pairs.add(pair);
            out.printf(
                    Locale.ROOT,
                    "%-24s %8.0f/s alone %8.0f/s beside the backup: %.3f%n",
                    what,
                    pair.alone(),
                    pair.beside(),
                    pair.ratio());
            out.flush();
        }
        double[] sorted = pairs.stream().mapToDouble(Pair::ratio).sorted().toArray();
        double median = sorted[sorted.length / 2];
        out.printf(
                Locale.ROOT,
                "%-24s median %.3f >= %.2f  %s%n",
                what,
                median,
                target,
                median >= target ? "reached" : "MISSED");
        out.flush();
        return Map.of(
                "pairs", pairs, "ratios", sorted, "median", median, "atLeast", target, "reached", median >= target);
    }

    /** The rate while a backup runs all the time; it is cancelled when it is still running afterwards. */
    private double beside(BenchNode node, PgBench load) throws IOException {
        long task = node.client()
                .submit("rds_backup_database", Tasks.backup(node, SOURCE, stripes))
                .taskId()
                .value();
        double rateBeside = load.rate(seconds);
        String lifecycle = node.client().task(task).path("lifecycle").asText();
        if (ENDED.contains(lifecycle)) {
            throw new IllegalStateException("the backup ended in " + lifecycle
                    + " before pgbench did: choose a larger --size" + " or fewer --seconds");
        }
        node.client().procedure("rds_cancel_task", Map.of("task_id", task));
        while (!ENDED.contains(node.client().task(task).path("lifecycle").asText())) {
            Tasks.pause(500);
        }
        return rateBeside;
    }

    private static void pin(BenchNode node) throws IOException {
        int last = lastCore();
        if (last == 0) {
            throw new IllegalStateException("this measurement needs two cores");
        }
        String others = last == 1 ? "0" : "0-" + (last - 1);
        for (long process : List.of(node.pid(), node.storePid())) {
            taskset(others, process);
        }
        ProcessHandle server = ProcessHandle.of(node.serverPid(SOURCE))
                .orElseThrow(() -> new IllegalStateException("the server does not run"));
        taskset(Integer.toString(last), server.pid());
        for (ProcessHandle child : server.descendants().toList()) {
            taskset(Integer.toString(last), child.pid());
        }
    }

    private static int lastCore() {
        return Runtime.getRuntime().availableProcessors() - 1;
    }

    /** All threads of a process; those that they start later have the same cores. */
    private static void taskset(String cores, long pid) throws IOException {
        Process process = new ProcessBuilder("taskset", "--all-tasks", "--cpu-list", "--pid", cores, Long.toString(pid))
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.onExit().join().exitValue() != 0) {
            throw new IllegalStateException("taskset: " + said);
        }
    }
}
