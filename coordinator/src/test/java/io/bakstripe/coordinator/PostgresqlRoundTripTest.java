package io.bakstripe.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.coordinator.journal.Journal;
import io.bakstripe.coordinator.journal.JournalSettings;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class PostgresqlRoundTripTest extends ClusterRoundTripContract {
    private static EmbeddedPostgres server;
    private static int databases;

    @BeforeAll
    static void startServer() throws IOException {
        server = EmbeddedPostgres.builder().start();
    }

    @AfterAll
    static void stopServer() throws IOException {
        server.close();
    }

    @Override
    Map<String, String> journal() throws SQLException {
        String name = "journal" + ++databases;
        try (Connection connection = server.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE DATABASE " + name);
        }
        return Map.of(
                "kind",
                "postgresql",
                "url",
                "jdbc:postgresql://127.0.0.1:" + server.getPort() + "/" + name,
                "user",
                "postgres",
                "password",
                "postgres");
    }

    @Test
    void letsSeveralNodesPrepareTheJournalAtOnce() throws SQLException {
        Map<String, String> empty = journal();
        JournalSettings settings = new JournalSettings(
                JournalSettings.Kind.POSTGRESQL,
                empty.getOrDefault("url", ""),
                empty.getOrDefault("user", ""),
                empty.getOrDefault("password", ""),
                2);

        List<CompletableFuture<Void>> nodes = IntStream.range(0, 6)
                .mapToObj(node -> CompletableFuture.runAsync(() -> {
                    try {
                        Journal.prepare(settings);
                    } catch (SQLException failed) {
                        throw new CompletionException(failed);
                    }
                }))
                .toList();

        nodes.forEach(CompletableFuture::join);
        assertThat(new HistoryRows(empty).count()).isZero();
    }
}
