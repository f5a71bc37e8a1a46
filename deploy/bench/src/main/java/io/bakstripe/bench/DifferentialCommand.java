package io.bakstripe.bench;

import io.bakstripe.node.sandbox.Sandbox;
import io.bakstripe.protocol.instance.ServerConnection;
import io.bakstripe.protocol.name.Lsn;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code deploy/bench/run differential}: what a differential costs when few pages have changed, beside the full backup before it. */
@Command(
        name = "differential",
        description = {
            "Fills a database, makes a full backup of it, changes a part of its pages at random, counts from its files how many",
            "have changed, and makes a differential; then a log backup, and a restore of all three, whose rows are compared.",
            "Everything lies in memory (/dev/shm) where there is room, three times the size and half of it more for each repetition."
        })
final class DifferentialCommand extends SizedCommand {
    /** What the log behind the differential holds. */
    private static final double CHANGED_IN_LOG = 0.001;

    @Option(names = "--percent", description = "Of all pages that change before a differential. Default: 1.")
    private double percent = 1;

    @Option(
            names = "--no-summaries",
            description = "Leave summarize_wal off, so that the server looks at all its pages instead.")
    private boolean withoutSummaries;

    @Mixin
    private final Profiler profiler = new Profiler();

    DifferentialCommand() {
        super("4g", 1);
    }

    @Override
    Path parent() throws IOException {
        return memory(3 * bytes() + repeat() * bytes() / 2);
    }

    @Override
    void measure(PrintWriter out, Path folder, Path json) throws IOException, SQLException {
        say(out, "starting a node in " + folder);
        try (BenchNode node = start(folder, Map.of())) {
            ServerConnection source = node.source();
            summarize(source, !withoutSummaries);
            say(out, "filling the database");
            Map<String, Object> parameters = new LinkedHashMap<>();
            parameters.put("databaseBytes", SampleDatabase.fill(source, bytes(), 1, PageChanges.FILLFACTOR));
            parameters.put("stripes", stripes());
            parameters.put("percent", percent);
            parameters.put("summaries", !withoutSummaries);
            MeasuredTasks tasks = new MeasuredTasks(node, profiler);
            Random random = new Random(1);
            List<DifferentialRound> rounds = new ArrayList<>();
            for (int number = 1; number <= repeat(); number++) {
                say(out, "measuring, " + number + " of " + repeat() + "; load of the machine: " + load());
                rounds.add(round(node, new Chain(node, tasks, stripes(), number), random));
            }
            parameters.putAll(machine());
            Report<DifferentialRound> report = new Report<>(parameters, DifferentialRound.TARGETS, rounds);
            report.print(out);
            report.write(json);
        }
    }

    private DifferentialRound round(BenchNode node, Chain chain, Random random) throws IOException, SQLException {
        Lsn since = position(node.source());
        MeasuredTasks.Done full = chain.backUpAll();
        PageChanges.make(node.source(), percent / 100, random);
        ChangedPages changed = ChangedPages.count(node.pgdata(Sandbox.SHOP.value()), since);
        MeasuredTasks.Done differential = chain.backUpChanges();
        PageChanges.make(node.source(), CHANGED_IN_LOG, random);
        MeasuredTasks.Done log = chain.backUpLog();
        MeasuredTasks.Done restoreFull = chain.restoreAll();
        MeasuredTasks.Done restoreDifferential = chain.restoreChanges();
        MeasuredTasks.Done restoreLog = chain.restoreLog();
        MeasuredTasks.Done finish = chain.finish();
        chain.compareAndDrop();
        return new DifferentialRound(
                changed, full, differential, log, restoreFull, restoreDifferential, restoreLog, finish);
    }

    private static void summarize(ServerConnection server, boolean on) throws SQLException {
        try (Connection connection = SampleDatabase.connect(server);
                Statement statement = connection.createStatement()) {
            statement.execute("ALTER SYSTEM SET summarize_wal = " + (on ? "on" : "off"));
            statement.execute("SELECT pg_reload_conf()");
        }
    }

    private static Lsn position(ServerConnection server) throws SQLException {
        try (Connection connection = SampleDatabase.connect(server);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT pg_current_wal_lsn()::text")) {
            row.next();
            return Lsn.parse(row.getString(1));
        }
    }
}
