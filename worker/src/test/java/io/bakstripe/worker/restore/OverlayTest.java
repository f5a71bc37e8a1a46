package io.bakstripe.worker.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.BakstripeException;
import io.bakstripe.protocol.name.HostName;
import io.bakstripe.protocol.stripe.ExtentKind;
import io.bakstripe.worker.engine.Piece;
import io.bakstripe.worker.format.Chunk;
import io.bakstripe.worker.format.ManifestPage.Entry;
import io.bakstripe.worker.format.Place;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class OverlayTest {
    private static final Place PLACE = Place.part(SampleSet.arn("differential.bak"), 1);
    private static final int BLOCK = 8192;

    @TempDir
    Path temp;

    private Path root = Path.of("");
    private DataDirectoryWriter writer =
            new DataDirectoryWriter(new HostName("one"), root, new OpenFiles(4, Disk.ofHost()));
    private Overlay overlay = new Overlay(writer);

    @BeforeEach
    void makeBase() throws IOException {
        root = Files.createDirectory(temp.resolve("pgdata"));
        writer = DataDirectoryWriter.over(new HostName("one"), root, new OpenFiles(4, Disk.ofHost()));
        overlay = new Overlay(writer);
        for (String directory : List.of("base/5", "base/6", "pg_wal", "pg_tblspc/16400/PG_18_1/5", "gone/deep")) {
            Files.createDirectories(root.resolve(directory));
        }
        for (String file : List.of("base/5/1", "base/5/2", "base/6/1", "pg_tblspc/16400/PG_18_1/5/1", "gone/deep/x")) {
            Files.write(root.resolve(file), filled('b', 4));
        }
        Files.writeString(root.resolve("recovery.signal"), "");
        Files.writeString(root.resolve("pg_wal/000000010000000000000003"), "log");
    }

    @AfterEach
    void close() {
        writer.close();
    }

    @Test
    void changesBlocksInTheirPlaceAndGivesFilesTheirSizes() throws IOException {
        write("base/5/1", BLOCK, filled('d', 1), Piece.State.WHOLE);
        entry("base/5/1", 6 * BLOCK, OptionalLong.of(BLOCK));
        entry("base/5/2", 2 * BLOCK, OptionalLong.of(0));

        assertThat(Files.readAllBytes(root.resolve("base/5/1")))
                .hasSize(6 * BLOCK)
                .containsSequence(filled('d', 1))
                .startsWith(filled('b', 1))
                .endsWith(new byte[2 * BLOCK]);
        assertThat(root.resolve("base/5/2")).hasBinaryContent(filled('b', 2));
    }

    @Test
    void refusesChangedFilesOfWhichMoreOrLessIsThere() throws IOException {
        write("base/5/1", BLOCK, filled('d', 1), Piece.State.WHOLE);
        write("base/5/1", BLOCK, filled('d', 1), Piece.State.WHOLE);

        assertThatThrownBy(() -> entry("base/5/1", 4 * BLOCK, OptionalLong.of(2 * BLOCK)))
                .hasMessageContaining("the pieces of base/5/1 are not the 16384 bytes that have changed");
        assertThatThrownBy(() -> entry("base/5/2", 4 * BLOCK, OptionalLong.of(BLOCK)))
                .hasMessageContaining("the pieces of base/5/2 are not the 8192 bytes that have changed");
    }

    @Test
    void acceptsShortFilesAndRemovesThoseThatVanished() throws IOException {
        write("base/5/1", BLOCK, filled('d', 1), Piece.State.SHORT);
        write("base/5/2", 0, new byte[0], Piece.State.VANISHED);
        writer.removeVanished();
        entry("base/5/1", 8 * BLOCK, OptionalLong.of(3 * BLOCK));
        entry("base/5/2", 4 * BLOCK, OptionalLong.of(BLOCK));

        assertThat(root.resolve("base/5/1")).hasSize(4 * BLOCK);
        assertThat(root.resolve("base/5/2")).doesNotExist();
    }

    @Test
    void givesFilesThatAreHeldWholeNothingOfTheirBase() throws IOException {
        write("base/5/1", 0, filled('d', 1), Piece.State.WHOLE);
        entry("base/5/1", BLOCK, OptionalLong.empty());
        write("base/5/2", 0, new byte[0], Piece.State.WHOLE);
        entry("base/5/2", 0, OptionalLong.empty());
        write("base/5/3", 0, new byte[0], Piece.State.WHOLE);
        entry("base/5/3", 0, OptionalLong.empty());
        entry("base/6/1", 0, OptionalLong.of(0));

        assertThat(root.resolve("base/5/1")).hasBinaryContent(filled('d', 1));
        for (String empty : List.of("base/5/2", "base/5/3", "base/6/1")) {
            assertThat(root.resolve(empty)).isRegularFile().hasSize(0);
        }
    }

    @Test
    void leavesNothingOfTheBaseBehindWhatAFileHadThatWasCutWhileItWasRead() throws IOException {
        write("base/5/1", 0, filled('d', 1), Piece.State.SHORT);
        write("base/5/1", 2 * BLOCK, new byte[0], Piece.State.SHORT);
        entry("base/5/1", 4 * BLOCK, OptionalLong.empty());
        write("base/5/2", 0, new byte[0], Piece.State.SHORT);
        entry("base/5/2", 3 * BLOCK, OptionalLong.empty());
        write("base/6/1", 0, new byte[0], Piece.State.SHORT);
        write("base/6/1", 2 * BLOCK, filled('d', 1), Piece.State.WHOLE);
        entry("base/6/1", 4 * BLOCK, OptionalLong.empty());

        assertThat(root.resolve("base/5/1")).hasBinaryContent(filled('d', 1));
        assertThat(root.resolve("base/5/2")).hasSize(0);
        assertThat(root.resolve("base/6/1")).hasSize(3 * BLOCK);
    }

    @Test
    void refusesAFileThatNothingWasWrittenOfAndThatTheBaseHasNot() {
        assertThatThrownBy(() -> entry("base/5/9", 4 * BLOCK, OptionalLong.of(0)))
                .hasMessageContaining("base/5/9 is missing");
        assertThatThrownBy(() -> entry("base/5/9", 0, OptionalLong.empty()))
                .hasMessageContaining("base/5/9 is missing");
    }

    @Test
    void removesWhatIsNotListedButLogAndSignal() throws IOException {
        Files.createSymbolicLink(root.resolve("link"), temp);
        directory("base");
        directory("base/5");
        directory("base/new");
        directory("pg_wal");
        directory("pg_tblspc");
        entry("base/5/1", 4 * BLOCK, OptionalLong.of(0));

        overlay.removeUnlisted();

        assertThat(root.toFile().list()).containsExactlyInAnyOrder("base", "pg_wal", "pg_tblspc", "recovery.signal");
        assertThat(root.resolve("base").toFile().list()).containsExactlyInAnyOrder("5", "new");
        assertThat(root.resolve("base/5").toFile().list()).containsExactly("1");
        assertThat(root.resolve("pg_wal/000000010000000000000003")).exists();
        assertThat(root.resolve("pg_tblspc/16400")).isEmptyDirectory();
        assertThat(temp).exists();
    }

    @Test
    void touchesNothingOutsideOfTheDirectory() throws IOException {
        Path outside = Files.createDirectory(temp.resolve("outside"));
        Files.writeString(outside.resolve("1"), "mine");
        Files.createSymbolicLink(root.resolve("base/7"), outside);

        for (String path : List.of("../outside/1", "/etc/passwd", "base/7/1")) {
            assertThatThrownBy(() -> entry(path, 0, OptionalLong.of(0)))
                    .isInstanceOfSatisfying(
                            BakstripeException.class,
                            thrown -> assertThat(thrown.problem().error()).isEqualTo(BackupError.PATH_UNSAFE));
        }

        overlay.removeUnlisted();
        assertThat(outside.resolve("1")).hasContent("mine");
    }

    private void entry(String path, long size, OptionalLong changed) {
        Entry entry = new Entry(false, path, size, changed);
        overlay.entry(PLACE, entry);
        new ManifestCheck(writer).entry(PLACE, entry);
    }

    private void directory(String path) {
        Entry entry = new Entry(true, path, 0);
        overlay.entry(PLACE, entry);
        new ManifestCheck(writer).entry(PLACE, entry);
    }

    private void write(String path, long offset, byte[] bytes, Piece.State state) {
        writer.apply(PLACE, new Chunk.Entry(ExtentKind.FILE, state, path, offset, ByteBuffer.wrap(bytes)));
    }

    private static byte[] filled(char with, int blocks) {
        byte[] bytes = new byte[blocks * BLOCK];
        Arrays.fill(bytes, (byte) with);
        return bytes;
    }
}
