package io.bakstripe.worker.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.BakstripeException;
import io.bakstripe.protocol.name.HostName;
import io.bakstripe.protocol.stripe.ExtentKind;
import io.bakstripe.worker.engine.Piece;
import io.bakstripe.worker.format.Chunk;
import io.bakstripe.worker.format.Place;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DataDirectoryWriterTest {
    private static final Place FROM = Place.part(SampleSet.arn("x.bak"), 3);

    @TempDir
    Path root;

    @Test
    void writesPiecesOfAFileInAnyOrder() {
        try (DataDirectoryWriter writer = writer()) {
            writer.apply(FROM, piece("base/1", 4, "5678"));
            writer.apply(FROM, piece("base/1", 0, "1234"));
            writer.sync(List.of("base/1", "base/absent"));
            writer.syncDirectories(List.of("base/1"));
        }

        assertThat(root.resolve("base/1")).hasContent("12345678");
    }

    @Test
    void keepsNoMoreFilesOpenThanItMay() throws IOException {
        OpenFiles files = new OpenFiles(3, Disk.ofHost());
        List<OpenFiles.Lease> leases = new ArrayList<>();
        for (int file = 0; file < 5; file++) {
            leases.add(files.acquire(root.resolve("f" + file)));
        }
        assertThat(files.count()).isEqualTo(5);

        leases.forEach(OpenFiles.Lease::close);
        files.acquire(root.resolve("f9")).close();
        assertThat(files.count()).isEqualTo(3);

        files.close();
        assertThat(files.count()).isZero();
    }

    @Test
    void refusesEverythingOnceItIsClosed() {
        DataDirectoryWriter writer = writer();
        writer.close();

        assertThatThrownBy(() -> writer.apply(FROM, piece("late", 0, "x"))).isInstanceOf(IllegalStateException.class);
        assertThat(root.resolve("late")).doesNotExist();
    }

    @Test
    void refusesUnsafePathsByItself() {
        try (DataDirectoryWriter writer = writer()) {
            assertThatThrownBy(() -> writer.apply(FROM, piece("../out", 0, "x")))
                    .isInstanceOfSatisfying(
                            BakstripeException.class,
                            thrown -> assertThat(thrown.problem().error()).isEqualTo(BackupError.PATH_UNSAFE));
        }
    }

    @Test
    void namesHostAndFileWhenTheDiskIsFull() {
        WatchedDisk disk = new WatchedDisk();
        disk.free(3);
        try (DataDirectoryWriter writer =
                new DataDirectoryWriter(new HostName("local"), root, new OpenFiles(2, disk))) {
            assertThatThrownBy(() -> writer.apply(FROM, piece("base/1", 0, "1234")))
                    .isInstanceOfSatisfying(BakstripeException.class, thrown -> {
                        assertThat(thrown.problem().error()).isEqualTo(BackupError.HOST_IO);
                        assertThat(thrown.problem().detail())
                                .isEqualTo("host 'local' failed to write base/1: No space left on device");
                    });
        }
    }

    @Test
    void refusesWhatIsBothAFileAndADirectory() {
        try (DataDirectoryWriter writer = writer()) {
            writer.apply(FROM, piece("base/1", 0, "x"));

            assertThatThrownBy(() -> writer.apply(FROM, piece("base/1/2", 0, "x")))
                    .isInstanceOf(BakstripeException.class)
                    .hasMessageContaining("part 3: base/1/2 is below a file");
            assertThatThrownBy(() -> writer.apply(FROM, piece("base", 0, "x")))
                    .isInstanceOf(BakstripeException.class)
                    .hasMessageContaining("part 3: base is both a file and a directory");
        }
    }

    @Test
    void tellsGapsOverlapsAndRepetitionsFromFilesThatAreCoveredOnce() {
        try (DataDirectoryWriter writer = writer()) {
            writer.apply(FROM, piece("once", 4, "5678"));
            writer.apply(FROM, piece("once", 0, "1234"));
            writer.apply(FROM, piece("gap", 0, "12"));
            writer.apply(FROM, piece("gap", 4, "5678"));
            writer.apply(FROM, piece("overlap", 0, "12345"));
            writer.apply(FROM, piece("overlap", 4, "5678"));
            writer.apply(FROM, piece("both", 0, "1234"));
            writer.apply(FROM, piece("both", 0, "1234"));
            writer.apply(FROM, piece("both", 8, "9abc"));
            writer.apply(FROM, piece("empty", 0, ""));

            assertThat(writer.covers("once", 8)).isTrue();
            assertThat(writer.covers("once", 9)).isFalse();
            assertThat(writer.covers("gap", 8)).isFalse();
            assertThat(writer.covers("overlap", 8)).isFalse();
            assertThat(writer.covers("both", 12)).isFalse();
            assertThat(writer.covers("empty", 0)).isTrue();
            assertThat(writer.covers("never", 1)).isFalse();
        }
    }

    private DataDirectoryWriter writer() {
        return new DataDirectoryWriter(new HostName("local"), root, new OpenFiles(2, Disk.ofHost()));
    }

    private static Chunk.Entry piece(String path, long offset, String text) {
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
        return new Chunk.Entry(ExtentKind.FILE, Piece.State.WHOLE, path, offset, bytes);
    }
}
