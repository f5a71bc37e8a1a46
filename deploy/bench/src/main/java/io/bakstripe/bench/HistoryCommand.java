package io.bakstripe.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bakstripe.api.cli.ApiClient;
import io.bakstripe.coordinator.journal.JournalSettings;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code deploy/bench/run history}: what a page of tasks costs when many have ended. */
@Command(
        name = "history",
        description = {
            "Fills the history with copies of the row of a real backup, a hundred and then very many, and compares how long a page of",
            "100 tasks takes over HTTP: pages from the newest on and from anywhere in turn, one call at a time."
        })
final class HistoryCommand extends MeasuringCommand {
    private static final int FEW = 100;
    private static final int PAGE = 100;
    private static final long WRITTEN_MILLIS = 15_000;
    private static final double MILLIS = 50;
    private static final double RATIO = 2;
    private static final ObjectMapper JSON = new ObjectMapper();

    @Option(names = "--tasks", description = "Ended tasks in the history. Default: ${DEFAULT-VALUE}.")
    private int tasks = 10_000;

    @Option(names = "--pages", description = "That are asked for each time. Default: ${DEFAULT-VALUE}.")
    private int pages = 400;

    @Override
    void measure(PrintWriter out, Path folder, Path json) throws IOException, SQLException {
        say(out, "starting a node in " + folder);
        try (BenchNode node = start(folder, Map.of())) {
            Tasks.run(node, "rds_backup_database", Tasks.backup(node, "shop", stripes()));
            // The history is written a moment after the end, and can be looked at only while the node is stopped.
            Tasks.pause(WRITTEN_MILLIS);
        }
        fill(folder, FEW);
        Latencies few = pages(out, folder, FEW);
        fill(folder, tasks);
        Latencies many = pages(out, folder, tasks);
        double ratio = many.medianMillis() / few.medianMillis();
        line(out, FEW, few);
        line(out, tasks, many);
        boolean reached = many.medianMillis() < MILLIS;
        out.printf(
                Locale.ROOT,
                "median %.1f ms < %.0f ms %s; ratio %.2f <= %.0f %s%n",
                many.medianMillis(),
                MILLIS,
                reached ? "reached" : "MISSED",
                ratio,
                RATIO,
                ratio <= RATIO ? "reached" : "MISSED");
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("tasks", tasks);
        figures.put("pageOf", PAGE);
        figures.put("medianMillisOfHundred", few.medianMillis());
        figures.put("medianMillis", many.medianMillis());
        figures.put("millis99", many.millis(0.99));
        figures.put("ratio", ratio);
        figures.put("reached", reached && ratio <= RATIO);
        figures.put("machine", machine());
        Files.write(
                json,
                new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsBytes(figures));
    }

    private Latencies pages(PrintWriter out, Path folder, int ended) throws IOException {
        try (BenchNode node = start(folder, Map.of())) {
            ApiClient client = node.client();
            Random random = new Random(ended);
            say(out, "asking for pages of " + ended + " tasks; load of the machine: " + load());
            for (int page = 0; page < pages / 2; page++) {
                ask(client, ended, random, page);
            }
            Latencies took = new Latencies();
            for (int page = 0; page < pages; page++) {
                long begun = System.nanoTime();
                ask(client, ended, random, page);
                took.add(System.nanoTime() - begun);
            }
            return took;
        }
    }

    private static void ask(ApiClient client, int ended, Random random, int page) {
        long after = page % 2 == 0 ? ended + 1L : PAGE + 1L + random.nextInt(Math.max(1, ended - PAGE + 1));
        List<JsonNode> found = client.tasks(Map.of("limit", Integer.toString(PAGE), "after", Long.toString(after)));
        if (found.size() != PAGE) {
            throw new IllegalStateException("a page has " + found.size() + " tasks");
        }
    }

    private static void line(PrintWriter out, int ended, Latencies took) {
        out.printf(
                Locale.ROOT,
                "%8d tasks: median %.1f ms, 99 %% within %.1f ms%n",
                ended,
                took.medianMillis(),
                took.millis(0.99));
    }

    /** Adds rows until there are so many, while the node is stopped. */
    private static void fill(Path folder, int wanted) throws SQLException, IOException {
        try (Connection connection = DriverManager.getConnection(JournalSettings.h2Url(folder), "sa", "");
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            try (ResultSet first = statement.executeQuery(
                            "SELECT \"detail\","
                                    + " (SELECT MAX(\"task_id\") FROM \"task_history\") FROM \"task_history\" WHERE \"task_id\" = 1");
                    PreparedStatement copy = connection.prepareStatement("INSERT INTO \"task_history\" SELECT"
                            + " \"instance\", ?, \"database_folded\", \"lifecycle\", \"ended_at\", ?"
                            + " FROM \"task_history\" WHERE \"task_id\" = 1")) {
                if (!first.next()) {
                    throw new IllegalStateException("the history has no task 1");
                }
                ObjectNode detail = (ObjectNode) JSON.readTree(first.getString(1));
                for (long task = first.getLong(2) + 1; task <= wanted; task++) {
                    ((ObjectNode) detail.required("row")).put("task_id", task);
                    copy.setLong(1, task);
                    copy.setString(2, detail.toString());
                    copy.addBatch();
                }
                copy.executeBatch();
            }
            connection.commit();
        }
    }
}
