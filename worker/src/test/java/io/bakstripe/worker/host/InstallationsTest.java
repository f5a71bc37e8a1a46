package io.bakstripe.worker.host;

import static io.bakstripe.worker.host.TestHost.column;
import static io.bakstripe.worker.host.TestHost.ref;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.instance.ServerConnection;
import io.bakstripe.protocol.name.DatabaseName;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InstallationsTest {
    private static final PostgresRelease OLD = PostgresReleases.oldest();
    private static final PostgresRelease NEW = PostgresReleases.embedded();

    @TempDir
    Path temp;

    @Test
    void findsTheNamedOnesAndTheEmbeddedOne() {
        Installations found =
                Installations.of(settings(OLD.binaries().directory().toString()), PostgresRelease.FOLDER);

        assertThat(found.versions().versions()).containsExactly(text(OLD), text(NEW));
        assertThat(found.newest()).isEqualTo(NEW.binaries());
        assertThat(found.of(OLD.major())).isEqualTo(OLD.binaries());
    }

    @Test
    void prefersANamedOneToTheEmbeddedOneOfItsVersion() throws Exception {
        Path named = fake("PostgreSQL) " + NEW.major() + ".1");

        Installations found = Installations.of(settings(named.toString()), PostgresRelease.FOLDER);

        assertThat(found.versions().versions()).containsExactly(text(NEW));
        assertThat(found.newest().directory()).isEqualTo(named);
    }

    @Test
    void doesWithoutTheEmbeddedOneWhereItCannotBeUnpackedAndOthersAreNamed() throws Exception {
        Path file = Files.createFile(temp.resolve("no-folder"));

        assertThat(Installations.of(settings(OLD.binaries().directory().toString()), file)
                        .versions()
                        .versions())
                .containsExactly(text(OLD));
        assertThatThrownBy(() -> Installations.of(settings(""), file)).hasMessageContaining("could not be unpacked");
    }

    @Test
    void refusesTwoOfOneVersionOldOnesAndWhatDoesNotRun() throws Exception {
        Path one = fake("PostgreSQL) 16.1");
        Path two = fake("PostgreSQL) 16.2");

        assertThatThrownBy(() -> Installations.of(settings(one + ":" + two), PostgresRelease.FOLDER))
                .hasMessageContaining("version 16")
                .hasMessageContaining(one.toString())
                .hasMessageContaining(two.toString());
        assertThatThrownBy(() -> PostgresBinaries.at(fake("PostgreSQL) 12.9"))).hasMessageContaining("older than 13");
        assertThatThrownBy(() -> PostgresBinaries.at(fake("nonsense")))
                .hasMessageContaining("does not run: postgres (nonsense");
        assertThatThrownBy(() -> PostgresBinaries.at(temp)).hasMessageContaining("is no program");
    }

    @Test
    void namesAllVersionsAndTheSettingForDataOfAnotherOne() throws Exception {
        Installations both = Installations.of(List.of(OLD.binaries(), NEW.binaries()));
        for (String version : List.of("19", "9.6", "nonsense from a backup", "")) {
            Files.writeString(temp.resolve("PG_VERSION"), version + "\n");

            assertThatThrownBy(() -> both.of(temp)).satisfies(thrown -> {
                Problem problem = Problem.of(thrown);
                assertThat(problem.error()).isEqualTo(BackupError.ENGINE_MISMATCH);
                assertThat(problem.detail()).contains(text(OLD) + " or " + text(NEW));
                assertThat(problem.hint()).contains("bakstripe.worker.host.binaries");
            });
            assertThat(both.find(temp)).isEmpty();
        }
        Files.writeString(temp.resolve("PG_VERSION"), text(OLD) + "\n");
        assertThat(both.of(temp)).isEqualTo(OLD.binaries());
        assertThat(both.find(temp.resolve("nowhere"))).isEmpty();
    }

    @Test
    void runsServersOfDifferentVersionsSideBySide() throws Exception {
        try (TestHost host = new TestHost(temp, OLD, NEW)) {
            ServerConnection old = host.provision("old", "CREATE TABLE t AS SELECT 1 AS a");
            ServerConnection fresh = host.servers().provision(ref("new"), new DatabaseName("new"), "new", List.of());

            assertThat(column(old, "SHOW server_version_num").get(0)).startsWith(text(OLD));
            assertThat(column(fresh, "SHOW server_version_num").get(0)).startsWith(text(NEW));

            host.servers().stopAll();
            assertThat(host.forgotten().servers().adoptAll())
                    .hasSize(2)
                    .allSatisfy(adoption -> assertThat(adoption.problem()).isEmpty());
            assertThat(column(old, "SELECT a FROM t")).containsExactly("1");
        }
    }

    @Test
    void makesNoServerOfAVersionThatIsNotThere() throws Exception {
        try (TestHost host = new TestHost(temp, NEW)) {
            FreshServer kind = new FreshServer(OptionalInt.of(OLD.major()), List.of());

            assertThatThrownBy(
                            () -> host.servers().provision(ref("old"), new DatabaseName("old"), "old", kind, List.of()))
                    .extracting(thrown -> Problem.of(thrown).error())
                    .isEqualTo(BackupError.ENGINE_MISMATCH);
            assertThat(host.directory(ref("old")).record()).doesNotExist();
        }
    }

    /** The node goes on with fewer binaries than before: its servers run on, and what they were started with is not needed to stop them. */
    @Test
    void stopsAServerWhoseBinariesAreNoLongerNamed() throws Exception {
        try (TestHost host = new TestHost(temp, OLD)) {
            host.provision("old");

            new TestHost(temp, NEW).servers().stopAll();

            assertThat(host.directory(ref("old")).postmasterFile()).doesNotExist();
            assertThatThrownBy(() -> new TestHost(temp, NEW).servers().connect(ref("old")))
                    .extracting(thrown -> Problem.of(thrown).error())
                    .isEqualTo(BackupError.ENGINE_MISMATCH);
        }
    }

    private static String text(PostgresRelease release) {
        return Integer.toString(release.major());
    }

    private static HostSettings settings(String binaries) {
        return TestHost.settings("bakstripe.worker.host.binaries = \"" + binaries + "\"");
    }

    /** Programs that only say which version they are. */
    private Path fake(String version) throws Exception {
        Path directory = Files.createTempDirectory(temp, "fake");
        Files.createDirectory(directory.resolve("bin"));
        for (String program : List.of("initdb", "pg_ctl", "postgres")) {
            Path file = directory.resolve("bin").resolve(program);
            Files.writeString(file, "#!/bin/sh\necho 'postgres (" + version + "'\n");
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        return directory;
    }
}
