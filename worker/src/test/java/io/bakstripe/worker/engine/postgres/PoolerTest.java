package io.bakstripe.worker.engine.postgres;

import static io.bakstripe.worker.engine.postgres.TestSource.NAME;
import static io.bakstripe.worker.engine.postgres.TestSource.failed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.instance.ServerConnection;
import io.bakstripe.protocol.readiness.Verdict;
import io.bakstripe.worker.engine.Engine.SourceAddress;
import io.bakstripe.worker.host.TestHost;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A real PgBouncer between us and the server. */
class PoolerTest {
    private static final String PROGRAM = "pgbouncer";

    @TempDir
    static Path data;

    private static TestHost host;
    private static SourceAddress role;
    private static ServerConnection source;

    @BeforeAll
    static void startSource() throws Exception {
        if (program().isEmpty()) {
            String skipped =
                    "SKIPPED: the refusal of poolers needs the program pgbouncer (Debian: apt-get install pgbouncer)";
            System.err.println(skipped);
            Assumptions.abort(skipped);
        }
        host = new TestHost(data.resolve("host"));
        source = host.provision("source");
        role = TestSource.backupRole(source, "bk");
    }

    @AfterAll
    static void stop() {
        if (host != null) {
            host.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"session", "transaction", "statement"})
    void poolersAreRecognisedWhateverTheirMode(String mode) throws Exception {
        int port = freePort();
        Process pooler = start(mode, port);
        try {
            SourceAddress throughPooler = new SourceAddress(
                    "jdbc:postgresql://127.0.0.1:" + port + "/" + source.dbname(), role.user(), role.password());
            await().atMost(Duration.ofSeconds(20))
                    .failFast("pgbouncer ended, see its log", () -> !pooler.isAlive())
                    .until(() ->
                            TestSource.engine().examine(throughPooler, TestSource.REF, NAME, false).findings().stream()
                                    .anyMatch(finding -> finding.check().equals("session")));

            assertThat(TestSource.engine()
                            .examine(throughPooler, TestSource.REF, NAME, false)
                            .findings())
                    .filteredOn(finding -> finding.verdict() == Verdict.PROBLEM)
                    .singleElement()
                    .satisfies(finding -> assertThat(finding.code()).contains(BackupError.POOLER_IN_BETWEEN.code()));
            assertThatThrownBy(() -> TestSource.engine().inspect(throughPooler, TestSource.full("inspected")))
                    .satisfies(failed(BackupError.POOLER_IN_BETWEEN));
            assertThatThrownBy(() -> TestSource.engine().open(throughPooler, TestSource.full("label")))
                    .satisfies(failed(BackupError.POOLER_IN_BETWEEN));
        } finally {
            pooler.destroy();
            pooler.onExit().join();
        }
        assertThat(TestSource.engine()
                        .inspect(role, TestSource.full("inspected"))
                        .engineVersion())
                .isEqualTo("18");
    }

    private static Process start(String mode, int port) throws IOException {
        Path folder = Files.createDirectory(data.resolve(mode));
        Path users =
                Files.writeString(folder.resolve("users.txt"), "\"" + role.user() + "\" \"" + role.password() + "\"\n");
        List<String> lines = new ArrayList<>(List.of(
                "[databases]",
                "* = host=127.0.0.1 port=" + source.port(),
                "[pgbouncer]",
                "listen_addr = 127.0.0.1",
                "listen_port = " + port,
                "unix_socket_dir =",
                "auth_type = plain",
                "auth_file = " + users,
                "pool_mode = " + mode,
                "ignore_startup_parameters = extra_float_digits"));
        if (System.getProperty("user.name").equals("root")) {
            // It refuses to run as root.
            lines.add("user = nobody");
        }
        Path configuration = Files.write(folder.resolve("pgbouncer.ini"), lines);
        return new ProcessBuilder(program().get(0).toString(), configuration.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("pgbouncer.log").toFile())
                .start();
    }

    private static List<Path> program() {
        return Stream.concat(Stream.of(System.getenv("PATH").split(":", -1)), Stream.of("/usr/sbin", "/usr/local/sbin"))
                .map(directory -> Path.of(directory, PROGRAM))
                .filter(Files::isExecutable)
                .toList();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
