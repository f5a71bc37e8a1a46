package io.bakstripe.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.bakstripe.protocol.instance.ServerConnection;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code deploy/bench/run files}: a database of very many small files, and how many statements its backup needs. */
@Command(
        name = "files",
        description = "Backs up a database of many small tables and counts the COPY statements that read them.")
final class FilesCommand extends MeasuringCommand {
    /** A transaction holds a lock for each table that it makes. */
    private static final int TABLES_PER_TRANSACTION = 1_000;

    @Option(names = "--tables", description = "Tables of one row. Default: ${DEFAULT-VALUE}.")
    private int tables = 20_000;

    @Override
    void measure(PrintWriter out, Path folder, Path json) throws IOException, SQLException {
        say(out, "starting a node in " + folder);
        try (BenchNode node = start(folder, Map.of())) {
            say(out, "making " + tables + " tables");
            fill(node.source());
            say(out, "backing up");
            MeasuredTasks.Done backup = new MeasuredTasks(node, new Profiler())
                    .run("rds_backup_database", Tasks.backup(node, "shop", stripes()));
            double cpu = backup.figures().cpu().database();
            double seconds = backup.figures().seconds();
            double megabytes = backup.figures().plainBytes() / 1e6;
            Map<String, Object> figures = new LinkedHashMap<>();
            figures.put("tables", tables);
            figures.put("stripes", stripes());
            figures.put("megabytes", megabytes);
            figures.put("seconds", seconds);
            figures.put("copyStatements", backup.copyStatements());
            figures.put("databaseCpuSeconds", cpu);
            figures.put("machine", machine());
            out.printf(
                    Locale.ROOT,
                    "%n%d tables: %d COPY statements, %.1f s, %.0f MB, %.2f CPU-s of the server%n",
                    tables,
                    backup.copyStatements(),
                    seconds,
                    megabytes,
                    cpu);
            Files.write(
                    json,
                    new ObjectMapper()
                            .enable(SerializationFeature.INDENT_OUTPUT)
                            .writeValueAsBytes(figures));
        }
    }

    private void fill(ServerConnection server) throws SQLException {
        try (Connection connection = DriverManager.getConnection(server.jdbcUrl(), server.user(), server.password());
                Statement statement = connection.createStatement()) {
            for (int first = 0; first < tables; first += TABLES_PER_TRANSACTION) {
                int last = Math.min(tables, first + TABLES_PER_TRANSACTION) - 1;
                statement.execute("DO $$ BEGIN FOR i IN " + first + ".." + last
                        + " LOOP EXECUTE format('CREATE TABLE small_%s AS SELECT %s AS id', i, i); END LOOP; END $$");
            }
            statement.execute("CHECKPOINT");
        }
    }
}
