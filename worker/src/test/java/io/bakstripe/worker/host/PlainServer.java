package io.bakstripe.worker.host;

import io.bakstripe.worker.engine.Engine.SourceAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A server of the embedded binaries that was made as the test wishes, which managed servers are not; closing it stops it. */
public final class PlainServer implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final PostgresBinaries binaries;
    private final Path data;
    private final int port;

    /** @param options of {@code initdb} */
    public PlainServer(Path data, List<String> options) throws IOException {
        this.binaries = PostgresBinaries.of(TestHost.settings(""), Path.of("target/postgresql"));
        this.data = data.toAbsolutePath();
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            this.port = free.getLocalPort();
        }
        List<String> arguments = new ArrayList<>(List.of("-D", this.data.toString(), "-U", "postgres", "-A", "trust"));
        arguments.addAll(options);
        run("initdb", arguments);
        String settings = "-F -p %d -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c shared_buffers=16MB";
        run("pg_ctl", List.of("-D", this.data.toString(), "-w", "-o", settings.formatted(port), "start"));
    }

    public Path data() {
        return data;
    }

    public SourceAddress address() {
        return new SourceAddress("jdbc:postgresql://127.0.0.1:" + port + "/postgres", "postgres", "");
    }

    private void run(String program, List<String> arguments) {
        Commands.Result result = Commands.run(binaries.command(program, arguments), "", PATIENCE);
        if (!result.succeeded()) {
            throw new IllegalStateException(program + ": " + result.output());
        }
    }

    @Override
    public void close() {
        run("pg_ctl", List.of("-D", data.toString(), "-w", "-m", "fast", "stop"));
    }
}
