package io.bakstripe.worker.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bakstripe.protocol.instance.ServerConnection;
import io.bakstripe.protocol.name.HostName;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunAsTest {
    @TempDir
    Path folder;

    @Test
    void neverRunsServersAsRoot() {
        RunAs detected = RunAs.detect();

        String user = Commands.run(detected.command(Path.of("id"), List.of("-u")), "", Duration.ofSeconds(10))
                .output();

        assertThat(user).matches("[1-9]\\d*");
    }

    @Test
    void runsServersAsNobodyWhereNamespacesAreForbidden() throws Exception {
        assumeTrue(
                Commands.run(RunAs.nobody().command(Path.of("id"), List.of("-u")), "", Duration.ofSeconds(10))
                        .succeeded(),
                "only root can become nobody");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path directory = unpackedTwiceAtOnce();
        PostgresBinaries binaries = new PostgresBinaries(directory, 18, RunAs.nobody());
        ManagedServers servers = new ManagedServers(
                new HostName("one"),
                folder.resolve("data"),
                TestHost.settings(""),
                Installations.of(List.of(binaries)),
                InstantSource.system(),
                UUID::randomUUID,
                () -> "password");
        ServerConnection server = servers.provision(
                TestHost.ref("mine"), new io.bakstripe.protocol.name.DatabaseName("mine"), "mine", List.of());

        assertThat(TestHost.column(server, "SELECT 1")).containsExactly("1");
        assertThat(Files.getAttribute(folder.resolve("data/databases/test/mine/pgdata"), "unix:uid"))
                .isEqualTo(65_534);

        servers.stopAll();
    }

    /** As two processes do that start at the same moment. */
    private Path unpackedTwiceAtOnce() {
        CompletableFuture<Path> other = CompletableFuture.supplyAsync(this::unpack);
        Path mine = unpack();
        assertThat(other.join()).isEqualTo(mine);
        assertThat(mine.resolve("bin/postgres")).isExecutable();
        assertThat(folder.resolve("binaries").toFile().list()).containsExactly(String.valueOf(mine.getFileName()));
        return mine;
    }

    private Path unpack() {
        try {
            return EmbeddedArchive.onClassPath().unpackInto(folder.resolve("binaries"));
        } catch (java.io.IOException failure) {
            throw new java.io.UncheckedIOException(failure);
        }
    }
}
