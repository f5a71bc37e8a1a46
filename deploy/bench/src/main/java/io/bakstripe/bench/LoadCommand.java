package io.bakstripe.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.bakstripe.protocol.instance.ServerConnection;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
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
            "Runs pgbench against a server and compares the transactions per second while it is backed up with those before and",
            "after; then the same with the server spared (bytes-per-second, spread-checkpoint). The server makes a checkpoint every",
            "30 seconds all the time, so that those that begin the backups are no more than it has anyway. Server and pgbench have",
            "the machine's last core to themselves, node and object store the others, as if they were on other hosts; and everything",
            "lies in memory (/dev/shm) where there is room, because otherwise the store's writing is what the server's commits wait",
            "for. Needs pgbench, taskset and two cores."
        })
final class LoadCommand extends SizedCommand {
    private static final String SOURCE = "shop";
    private static final Set<String> ENDED = Set.of("SUCCESS", "ERROR", "CANCELLED");

    @Option(
            names = "--seconds",
            description =
                    "Of each span, with and without a backup. Default: ${DEFAULT-VALUE}; more than a checkpoint takes.")
    private int seconds = 60;

    @Option(names = "--clients", description = "Of pgbench. Default: ${DEFAULT-VALUE}.")
    private int clients = 4;

    @Option(names = "--scale", description = "Of pgbench's tables. Default: ${DEFAULT-VALUE}.")
    private int scale = 20;

    @Option(names = "--rate", description = "Bytes a second when the server is spared. Default: ${DEFAULT-VALUE}.")
    private String rate = "20 MiB";

    /**
     * Transactions per second.
     *
     * @param alone mean of the span before and the span after
     * @param seconds that the span with the backup had
     */
    private record Span(double alone, double beside, int seconds) {
        private double ratio() {
            return beside / alone;
        }
    }

    LoadCommand() {
        super("6g", 3);
    }

    @Override
    Path parent() throws IOException {
        // The database, the stripes, and the copy of them that is made when they are put together.
        return memory(2 * bytes());
    }

    @Override
    void measure(PrintWriter out, Path folder, Path json) throws IOException, SQLException {
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("machine", machine());
        try (BenchNode node = start(folder, Map.of())) {
            say(out, "filling the database");
            figures.put("databaseBytes", SampleDatabase.fill(node.source(), bytes(), 1));
            load(node).initialize(scale);
            checkpointOften(node.source());
            figures.put("unthrottled", spans(out, node, "backup", 0.80));
        }
        Map<String, String> spared =
                Map.of("BAKSTRIPE_POSTGRESQL_BYTES_PER_SECOND", rate, "BAKSTRIPE_POSTGRESQL_SPREAD_CHECKPOINT", "true");
        try (BenchNode node = start(folder, spared)) {
            figures.put("spared", spans(out, node, "backup at " + rate + "/s", 0.95));
        }
        Files.write(
                json,
                new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsBytes(figures));
    }

    private PgBench load(BenchNode node) throws IOException {
        return new PgBench(node.source(), clients, List.of("taskset", "--cpu-list", Integer.toString(lastCore())));
    }

    private static void checkpointOften(ServerConnection server) throws SQLException {
        try (Connection connection = DriverManager.getConnection(server.jdbcUrl(), server.user(), server.password());
                Statement statement = connection.createStatement()) {
            for (String sql : List.of(
                    "ALTER SYSTEM SET checkpoint_timeout = '30s'",
                    // It would come and go in some spans and not in others.
                    "ALTER SYSTEM SET autovacuum = off",
                    "SELECT pg_reload_conf()")) {
                statement.execute(sql);
            }
        }
    }

    private Map<String, Object> spans(PrintWriter out, BenchNode node, String what, double target) throws IOException {
        pin(node);
        List<Span> spans = new ArrayList<>();
        try (PgBench.Load load = load(node).start()) {
            say(out, "warming up");
            load.rates(this::fewerThanWanted);
            double before = mean(load.rates(this::fewerThanWanted));
            while (spans.size() < repeat()) {
                List<Double> beside = beside(node, load);
                double after = mean(load.rates(this::fewerThanWanted));
                Span span = new Span((before + after) / 2, mean(beside), beside.size());
                spans.add(span);
                before = after;
                out.printf(
                        Locale.ROOT,
                        "%-24s %8.0f/s alone %8.0f/s beside the backup for %d s: %.3f%n",
                        what,
                        span.alone(),
                        span.beside(),
                        span.seconds(),
                        span.ratio());
                out.flush();
            }
        }
        double[] sorted = spans.stream().mapToDouble(Span::ratio).sorted().toArray();
        double median = Target.median(sorted);
        out.printf(
                Locale.ROOT,
                "%-24s median %.3f >= %.2f  %s%n",
                what,
                median,
                target,
                median >= target ? "reached" : "MISSED");
        out.flush();
        return Map.of(
                "spans", spans, "ratios", sorted, "median", median, "atLeast", target, "reached", median >= target);
    }

    private boolean fewerThanWanted(List<Double> rates) {
        return rates.size() < seconds;
    }

    private static double mean(List<Double> rates) {
        return rates.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    }

    /** The rates while a backup runs, from its call to its end; when it takes longer than the span it is cancelled. */
    private List<Double> beside(BenchNode node, PgBench.Load load) throws IOException {
        long task = node.client()
                .submit("rds_backup_database", Tasks.backup(node, SOURCE, stripes()))
                .taskId()
                .value();
        List<Double> rates = load.rates(counted -> fewerThanWanted(counted) && !ended(node, task));
        if (rates.size() < seconds / 2) {
            throw new IllegalStateException("the backup ran for " + rates.size() + " s only: choose a larger --size");
        }
        if (!ended(node, task)) {
            node.client().procedure("rds_cancel_task", Map.of("task_id", task));
        }
        while (!ended(node, task)) {
            Tasks.pause(500);
        }
        return rates;
    }

    private static boolean ended(BenchNode node, long task) {
        return ENDED.contains(node.client().task(task).path("lifecycle").asText());
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
