package io.bakstripe.node.demo;

import com.fasterxml.jackson.databind.JsonNode;
import io.bakstripe.api.cli.ApiClient;
import io.bakstripe.api.cli.ApiRefusal;
import io.bakstripe.api.cli.TaskWatch;
import io.bakstripe.node.Home;
import io.bakstripe.node.sandbox.Sandbox;
import io.bakstripe.protocol.instance.ServerConnection;
import io.bakstripe.protocol.task.Lifecycle;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code bakstripe demo}: back a database up while it is written to, as a full backup in four stripes, a differential and logs, all of them encrypted; restore it under
 * another name to a point in time; compare row for row.
 */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description = {
            "Starts one node with everything embedded and runs the main job in front of the reader: a full backup of the",
            "sample database in 4 stripes, a differential and two logs while it is written to, a restore under another name",
            "to a point in time, with two steps that are refused, and a comparison row for row. All files are encrypted.",
            "Exits with 0 only if every step succeeds."
        })
public final class DemoCommand implements Callable<Integer> {
    private static final String COPY = "shop_copy";
    private static final int STRIPES = 4;
    private static final double MEGA = 1e6;
    private static final Map<String, Object> DIFFERENTIAL = Map.of("type", "DIFFERENTIAL");
    private static final Map<String, Object> NORECOVERY = Map.of("with_norecovery", 1);
    private static final String KEY = "kms_master_key_arn";

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Folder to work in (default: a new one, removed at the end).")
    private @Nullable Path data;

    @Option(names = "--keep", description = "Leave the node up afterwards and print its address.")
    private boolean keep;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    private int step;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        boolean temporary = data == null;
        Path folder = data == null ? Files.createTempDirectory("bakstripe-demo-") : Files.createDirectories(data);
        folder = folder.toAbsolutePath().normalize();
        try {
            step(out, "Starting a node with an object store and a sample database in " + folder);
            try (DemoNode node = DemoNode.start(Home.find(), folder, keep)) {
                show(out, node);
                if (keep) {
                    out.printf(
                            "The node stays up at %s (token and databases in %s); stop it with: kill %d%n",
                            node.address(), folder.resolve("sandbox.json"), node.pid());
                }
            }
            return 0;
        } catch (ApiRefusal refused) {
            return failed(out, folder, String.valueOf(refused.getMessage()));
        } catch (IOException | SQLException | IllegalStateException failed) {
            return failed(out, folder, String.valueOf(failed.getMessage()));
        } finally {
            out.flush();
            if (temporary && !keep) {
                remove(folder);
            }
        }
    }

    private void show(PrintWriter out, DemoNode node) throws IOException, SQLException {
        ApiClient client = node.client();
        ServerConnection shop = node.shop();
        String prefix = "arn:aws:s3:::" + node.bucket() + "/shop-" + System.currentTimeMillis();
        String full = prefix + "-*.bak";
        String differential = prefix + ".dif";
        String first = prefix + "-1.trn";
        String second = prefix + "-2.trn";
        long before;
        String moment;
        long after;

        try (ShopWriter writer = ShopWriter.start(shop)) {
            step(out, "Backing 'shop' up to " + STRIPES + " encrypted stripes while it is written to");
            Map<String, Object> striped = Map.of("number_of_files", STRIPES);
            figures(out, backUp(out, node, "rds_backup_database", full, striped), "read");
            step(out, "Backing up what has changed since");
            figures(out, backUp(out, node, "rds_backup_database", differential, DIFFERENTIAL), "read");
            step(out, "Backing its log up, twice");
            figures(out, backUp(out, node, "rds_backup_log", first, Map.of()), "read");
            try (Connection connection = ShopWriter.connect(shop)) {
                before = writer.committed();
                moment = now(connection);
                // One more may be on its way to us, or to the log.
                after = writer.committed() + 1;
            }
            figures(out, backUp(out, node, "rds_backup_log", second, Map.of()), "read");
        }

        step(out, "Restoring the full backup and the differential as '" + COPY + "', without opening it");
        refused(
                out,
                "the full backup cannot be restored without its key",
                () -> client.submit("rds_restore_database", with(NORECOVERY, copyFrom(full))));
        figures(out, restore(out, node, "rds_restore_database", full, NORECOVERY), "restored");
        // The second log does not fit a database that lacks the first.
        refused(
                out,
                "the second log cannot be restored yet",
                () -> client.submit("rds_restore_log", with(keyed(node), copyFrom(second))));
        Map<String, Object> asDifferential = Map.of("type", "DIFFERENTIAL", "with_norecovery", 1);
        figures(out, restore(out, node, "rds_restore_database", differential, asDifferential), "restored");

        step(out, "Rolling it forward to " + moment);
        restore(out, node, "rds_restore_log", first, Map.of("stopat", moment));
        restore(out, node, "rds_restore_log", second, Map.of("stopat", moment, "with_norecovery", 0));

        step(out, "Comparing row for row");
        ServerConnection copy = client.database(Sandbox.INSTANCE.value(), COPY)
                .connection()
                .orElseThrow(() -> new IllegalStateException("the restored database shows no connection"));
        RowComparison.Result same = RowComparison.requireEqualTables(shop, copy);
        out.printf("  %,d rows in %d tables are the same%n", same.rows(), same.tables());
        long last = ShopWriter.verifyPrefix(shop, copy);
        if (last < before || last > after) {
            throw new IllegalStateException("the copy ends at transaction " + last
                    + ", which was not the last one before " + moment + ": from " + before + " to " + after);
        }
        out.printf(
                "  the copy holds the transactions up to number %,d; by %s number %,d was committed, number %,d was not%n",
                last, moment, before, after + 1);
        step(out, "Done: what was called safe has been restored");
    }

    private static JsonNode backUp(
            PrintWriter out, DemoNode node, String procedure, String file, Map<String, Object> more) {
        Map<String, Object> what = Map.of("source_db_name", Sandbox.SHOP.value(), "s3_arn_to_backup_to", file);
        return run(out, node.client(), procedure, with(with(more, keyed(node)), what));
    }

    private static JsonNode restore(
            PrintWriter out, DemoNode node, String procedure, String file, Map<String, Object> more) {
        return run(out, node.client(), procedure, with(with(more, keyed(node)), copyFrom(file)));
    }

    private static Map<String, Object> copyFrom(String file) {
        return Map.of("restore_db_name", COPY, "s3_arn_to_restore_from", file);
    }

    private static Map<String, Object> keyed(DemoNode node) {
        return Map.of(KEY, node.key());
    }

    private static Map<String, Object> with(Map<String, Object> some, Map<String, Object> more) {
        Map<String, Object> arguments = new HashMap<>(some);
        arguments.putAll(more);
        return arguments;
    }

    /** A call that must be refused. */
    private static void refused(PrintWriter out, String what, Runnable call) {
        try {
            call.run();
        } catch (ApiRefusal refusal) {
            out.println("  " + what + ": " + refusal.getMessage());
            return;
        }
        throw new IllegalStateException("not refused, although " + what);
    }

    /** The server's clock, to the microsecond. */
    private static String now(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC',"
                        + " 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')")) {
            row.next();
            return row.getString(1);
        }
    }

    private static JsonNode run(PrintWriter out, ApiClient client, String procedure, Map<String, Object> arguments) {
        long task = client.submit(procedure, arguments).taskId().value();
        TaskWatch.follow(client, task, out, System.console() != null);
        JsonNode ended = client.task(task);
        if (!ended.path("lifecycle").asText().equals(Lifecycle.SUCCESS.name())) {
            throw new IllegalStateException(
                    "task " + task + " ended in " + ended.path("lifecycle").asText() + ":\n"
                            + ended.path("task_info").asText());
        }
        return ended;
    }

    private static void figures(PrintWriter out, JsonNode task, String verb) {
        double seconds = java.time.Duration.between(
                                java.time.Instant.parse(
                                        task.required("startedAt").asText()),
                                java.time.Instant.parse(task.required("endedAt").asText()))
                        .toMillis()
                / 1e3;
        long bytes = task.required("bytesTotal").asLong();
        long stored = 0;
        for (JsonNode stripe : task.required("stripes")) {
            stored += stripe.required("storedBytes").asLong();
        }
        out.printf(
                Locale.ROOT, "  %.1f MB %s in %.1f s (%.0f MB/s)", bytes / MEGA, verb, seconds, bytes / MEGA / seconds);
        if (stored > 0) {
            out.printf(
                    Locale.ROOT,
                    ", %.1f MB stored in %d stripes, %d COPY statements",
                    stored / MEGA,
                    task.required("stripes").size(),
                    task.required("copyStatements").asLong());
        }
        out.println();
    }

    private void step(PrintWriter out, String text) {
        out.printf("%d. %s%n", ++step, text);
        out.flush();
    }

    private int failed(PrintWriter out, Path folder, String reason) {
        out.flush();
        PrintWriter err = spec.commandLine().getErr();
        err.println("error: step " + step + " failed: " + reason);
        if (data != null || keep) {
            err.println("hint: the node's log is " + folder.resolve("node.log"));
        } else {
            err.println("hint: run it with --data DIR to keep the node's log and files.");
        }
        err.flush();
        return 1;
    }

    private static void remove(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
            for (Path file : deepestFirst) {
                Files.deleteIfExists(file);
            }
        }
    }
}
