package io.bakstripe.coordinator.journal;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** Makes a journal ready: its part of the configuration and its tables. */
public final class Journal {
    private static final List<String> TABLES = List.of(
            "event_journal",
            "event_tag",
            "snapshot",
            "akka_projection_offset_store",
            "akka_projection_management",
            "task_history",
            "last_backup");
    /** Any number will do that no other application locks in the same database. */
    private static final long SCHEMA_LOCK = 8_411_001L;

    private Journal() {}

    /**
     * The whole configuration, resolved: the journal's plugin by {@code bakstripe.journal.kind}, above {@code application}, above the modules'
     * defaults.
     *
     * @param application unresolved; what the node read from files, environment and command line
     */
    public static Config configuration(Config application) {
        Config all = application.withFallback(ConfigFactory.defaultReferenceUnresolved());
        String kind = all.resolve().getString("bakstripe.journal.kind");
        return ConfigFactory.parseResources(
                        Journal.class.getClassLoader(),
                        "journal-" + JournalSettings.Kind.of(kind).word() + ".conf")
                .withFallback(all)
                .resolve();
    }

    /**
     * Creates the tables that are absent; existing ones are left as they are, without any statement on them: DDL waits for and blocks writers.
     * Several nodes may do this at once. After an exception some tables may be missing; calling again goes on.
     */
    public static void prepare(JournalSettings settings) throws SQLException {
        try (Connection connection =
                DriverManager.getConnection(settings.url(), settings.user(), settings.password())) {
            if (complete(connection)) {
                return;
            }
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                if (settings.kind() == JournalSettings.Kind.POSTGRESQL) {
                    statement.execute("SELECT pg_advisory_xact_lock(" + SCHEMA_LOCK + ")");
                }
                if (!complete(connection)) {
                    for (String ddl : statements(settings.kind())) {
                        statement.execute(ddl);
                    }
                }
            }
            connection.commit();
        }
    }

    private static boolean complete(Connection connection) throws SQLException {
        for (String table : TABLES) {
            try (ResultSet found = connection.getMetaData().getTables(null, connection.getSchema(), table, null)) {
                if (!found.next()) {
                    return false;
                }
            }
        }
        return true;
    }

    private static List<String> statements(JournalSettings.Kind kind) {
        String script = resource("schema/bakstripe-" + kind.word() + ".sql")
                .lines()
                .filter(line -> !line.startsWith("--"))
                .collect(Collectors.joining("\n"));
        return Arrays.stream(script.split(";"))
                .map(String::strip)
                .filter(ddl -> !ddl.isEmpty())
                .toList();
    }

    private static String resource(String name) {
        try (InputStream in = Journal.class.getClassLoader().getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("the class path lacks " + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
