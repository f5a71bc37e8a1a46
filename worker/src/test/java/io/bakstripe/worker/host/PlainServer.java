package io.bakstripe.worker.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.protocol.instance.ServerConnection;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A server as an administrator runs it, with a configuration of its own in its data directory; closing it stops it. Everybody on this host is let in. */
public final class PlainServer implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final PostgresBinaries binaries;
    private final Path data;
    private final Path log;
    private final int port;

    private PlainServer(PostgresBinaries binaries, Path root, int port) {
        this.binaries = binaries;
        this.data = root.resolve("data");
        this.log = root.resolve("log");
        this.port = port;
    }

    /**
     * Makes a server below {@code root}, which is there, and starts it.
     *
     * @param release whose programs it runs
     * @param initdb further arguments
     * @param configuration lines for {@code postgresql.conf}
     * @param included lines for a file in the directory {@code conf.d}, which is included
     */
    public static PlainServer start(
            Path root, PostgresRelease release, List<String> initdb, String configuration, String included)
            throws IOException {
        PostgresBinaries binaries = release.binaries();
        PlainServer server = new PlainServer(binaries, root, freePort());
        List<String> arguments = new ArrayList<>(
                List.of("-D", server.data.toString(), "-U", "admin", "-A", "trust", "-E", "UTF8", "--locale=C"));
        arguments.addAll(initdb);
        binaries.runAs().own(root);
        server.run("initdb", arguments);
        Files.writeString(
                server.data.resolve("postgresql.conf"),
                "\nport = " + server.port + "\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = ''\n"
                        + "shared_buffers = 16MB\nfsync = off\ninclude_dir = 'conf.d'\n" + configuration,
                StandardOpenOption.APPEND);
        Files.writeString(Files.createDirectory(server.data.resolve("conf.d")).resolve("more.conf"), included);
        server.start();
        return server;
    }

    public void start() {
        run("pg_ctl", List.of("start", "-w", "-D", data.toString(), "-l", log.toString()));
    }

    public void stop() {
        run("pg_ctl", List.of("stop", "-w", "-m", "fast", "-D", data.toString()));
    }

    public Path data() {
        return data;
    }

    public ServerConnection database(String name) {
        return new ServerConnection(
                "127.0.0.1",
                port,
                "admin",
                "none",
                name,
                "jdbc:postgresql://127.0.0.1:" + port + "/" + URLEncoder.encode(name, StandardCharsets.UTF_8));
    }

    private void run(String program, List<String> arguments) {
        Commands.Result result = Commands.run(binaries.command(program, arguments), "", PATIENCE);
        assertThat(result.exit())
                .as("%s: %s, see %s", program, result.output(), log)
                .isZero();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Override
    public void close() {
        stop();
    }
}
