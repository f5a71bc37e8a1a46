package io.bakstripe.worker.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bakstripe.protocol.instance.ServerConnection;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A server that was started with {@code pg_ctl}, as somebody does who has nothing else of ours; closing it stops it. */
public final class StartedByHand implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final Path data;
    private final int port;

    private StartedByHand(Path data, int port) {
        this.data = data;
        this.port = port;
    }

    /** Starts the embedded PostgreSQL on a data directory, with nothing but a port of its own. */
    public static StartedByHand on(Path data) throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        StartedByHand server = new StartedByHand(data, port);
        Path log = data.resolveSibling("by-hand.log");
        Commands.Result started = server.control("-l", log.toString(), "-o", "-p " + port, "-w", "-t", "60", "start");
        assertThat(started.succeeded())
                .as(started.output() + "\n" + (Files.exists(log) ? Files.readString(log) : ""))
                .isTrue();
        return server;
    }

    /** The way to a database of it, with the login that the source has, once it has rolled forward and is open. */
    public ServerConnection as(ServerConnection source) {
        ServerConnection server = new ServerConnection(
                "127.0.0.1",
                port,
                source.user(),
                source.password(),
                source.dbname(),
                "jdbc:postgresql://127.0.0.1:" + port + "/" + source.dbname());
        await().atMost(PATIENCE)
                .ignoreExceptions()
                .until(() -> !TestHost.column(server, "SELECT 1").isEmpty());
        return server;
    }

    private Commands.Result control(String... arguments) {
        List<String> all = new ArrayList<>(List.of("-D", data.toString()));
        all.addAll(List.of(arguments));
        return Commands.run(PostgresReleases.embedded().binaries().command("pg_ctl", all), "", PATIENCE);
    }

    @Override
    public void close() {
        control("-m", "immediate", "-w", "stop");
    }
}
