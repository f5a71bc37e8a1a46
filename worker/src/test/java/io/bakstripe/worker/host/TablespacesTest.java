package io.bakstripe.worker.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.BakstripeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TablespacesTest {
    @TempDir
    Path root;

    private ServerDirectory directory;
    private Tablespaces tablespaces;

    @BeforeEach
    void restore() throws IOException {
        directory = new ServerDirectory(root);
        tablespaces = new Tablespaces(directory);
        fill(links().resolve("16400"));
        fill(links().resolve("16401"));
        RestoredLog restored = new RestoredLog();
        restored.log.addTablespace(16_401, "/somewhere");
        restored.log.addTablespace(16_500, "/somewhere else");
        restored.ended().writeTo(directory.data());
        Files.writeString(directory.data().resolve("tablespace_map"), "16400 /of/the source\n16401 /another\n");
    }

    @Test
    void movesWhatWasRestoredAndMakesRoomForWhatTheLogCreates() throws IOException {
        takeOver();

        assertThat(links().toFile().list()).containsExactlyInAnyOrder("16400", "16401", "16500");
        for (String oid : links().toFile().list()) {
            assertThat(Files.readSymbolicLink(links().resolve(oid))).isEqualTo(home(oid));
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(home(oid))))
                    .isEqualTo("rwx------");
        }
        assertThat(links().resolve("16400/PG_18_1/5/1")).hasContent("16400");
        assertThat(home("16401").resolve("PG_18_1/5/1")).hasContent("16401");
        assertThat(home("16500")).isEmptyDirectory();
        assertThat(directory.data().resolve("tablespace_map")).doesNotExist();
        assertThat(directory.data().resolve("tablespace_map.restored"))
                .content()
                .contains("/of/the source");
    }

    @Test
    void mayBeRepeated() throws IOException {
        takeOver();
        var once = FileTree.of(root);

        takeOver();
        tablespaces.settle();
        tablespaces.relink();

        assertThat(FileTree.of(root)).isEqualTo(once);
    }

    @Test
    void goesOnWhereACrashCameBetweenMoveAndLink() throws IOException {
        Files.createDirectory(directory.tablespaces());
        Files.move(links().resolve("16400"), home("16400"));

        takeOver();

        assertThat(links().resolve("16400/PG_18_1/5/1")).hasContent("16400");
    }

    @Test
    void goesOnWhereACrashCameBeforeALinkWasInItsPlace() throws IOException {
        takeOver();
        Files.move(links().resolve("16500"), directory.tablespaces().resolve("link.16500"));
        Files.delete(links().resolve("16401"));

        takeOver();

        assertThat(links().resolve("16500")).isEmptyDirectory();
        assertThat(links().resolve("16401/PG_18_1/5/1")).hasContent("16401");
        assertThat(directory.tablespaces().toFile().list()).containsExactlyInAnyOrder("16400", "16401", "16500");
    }

    @Test
    void settlesWhatRollingForwardLeft() throws IOException {
        takeOver();
        Files.delete(links().resolve("16500"));
        Files.delete(links().resolve("16401"));
        fill(links().resolve("16600"));

        tablespaces.settle();

        assertThat(home("16500")).as("dropped").doesNotExist();
        assertThat(links().resolve("16401/PG_18_1/5/1")).as("lost its link").hasContent("16401");
        assertThat(Files.readSymbolicLink(links().resolve("16600"))).isEqualTo(home("16600"));
        assertThat(home("16600").resolve("PG_18_1/5/1")).hasContent("16600");
    }

    @Test
    void leadsLinksOfMovedOrCopiedFilesToWhereTheyAre() throws IOException {
        Path elsewhere = Path.of("/data/of another/tablespaces/16400");
        takeOver();
        Files.delete(links().resolve("16400"));
        Files.createSymbolicLink(links().resolve("16400"), elsewhere);
        Files.createSymbolicLink(links().resolve("16700"), Path.of("/made/by/its/owner"));
        Files.createSymbolicLink(links().resolve("16701"), Path.of("/made/tablespaces/16701"));

        tablespaces.relink();

        assertThat(Files.readSymbolicLink(links().resolve("16400"))).isEqualTo(home("16400"));
        assertThat(Files.readSymbolicLink(links().resolve("16700"))).isEqualTo(Path.of("/made/by/its/owner"));
        assertThat(Files.readSymbolicLink(links().resolve("16701"))).isEqualTo(Path.of("/made/tablespaces/16701"));
    }

    @Test
    void refusesALinkThatIsNotOurs() throws IOException {
        Files.createSymbolicLink(links().resolve("16700"), Path.of("/somewhere/else"));

        assertThatThrownBy(() -> takeOver())
                .isInstanceOfSatisfying(
                        BakstripeException.class,
                        thrown -> assertThat(thrown.problem().error()).isEqualTo(BackupError.MANIFEST_MISMATCH))
                .hasMessageContaining("pg_tblspc/16700 is a link");
    }

    @Test
    void leavesOtherNamesAloneAndMakesNothingWhereNothingIsNeeded() throws IOException {
        Path other = Files.createDirectories(root.resolve("other"));
        ServerDirectory plain = new ServerDirectory(other);
        Files.createDirectories(plain.data().resolve("pg_tblspc/kept"));
        new RestoredLog().ended().writeTo(plain.data());

        new Tablespaces(plain).takeOver(LogPass.ofBackup(plain.data()).tablespaces());

        assertThat(plain.tablespaces()).doesNotExist();
        assertThat(plain.data().resolve("pg_tblspc/kept")).isDirectory();
    }

    @Test
    void keepsBothWhenATablespaceIsThereTwice() throws IOException {
        fill(home("16400"));

        assertThatThrownBy(() -> takeOver()).isInstanceOf(IOException.class).hasMessageContaining("twice");

        assertThat(links().resolve("16400/PG_18_1/5/1")).exists();
    }

    private Path links() {
        return directory.data().resolve("pg_tblspc");
    }

    private Path home(String oid) {
        return directory.tablespaces().resolve(oid);
    }

    private static void fill(Path tablespace) throws IOException {
        Path database = Files.createDirectories(tablespace.resolve("PG_18_1/5"));
        Files.writeString(database.resolve("1"), String.valueOf(tablespace.getFileName()));
    }

    private void takeOver() throws IOException {
        tablespaces.takeOver(LogPass.ofBackup(directory.data()).tablespaces());
    }
}
