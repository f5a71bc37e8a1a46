package io.bakstripe.worker.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.worker.budget.ByteBudget.Permit;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpoolTest {
    private static final long MEBI = 1 << 20;

    @TempDir
    private Path data;

    private final ExecutorService blocking = Executors.newFixedThreadPool(2);

    @AfterEach
    void stop() {
        blocking.shutdownNow();
    }

    private SpoolSettings settings() {
        return new SpoolSettings(5 * MEBI, 20 * MEBI, data.resolve("spool"));
    }

    private List<String> parts() throws IOException {
        try (Stream<Path> files = Files.list(data.resolve("spool"))) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".part"))
                    .toList();
        }
    }

    @Test
    void holdsWhatIsAppendedUntilItsPermitIsReleased() throws Exception {
        try (Spool spool = Spool.open(settings(), blocking)) {
            Permit permit = spool.budget().acquire(6 * MEBI).join();
            SpoolFile file = spool.create(permit).join();
            file.append(List.of(ByteBuffer.wrap(new byte[] {1, 2}), ByteBuffer.wrap(new byte[] {3})))
                    .join();
            file.append(List.of(ByteBuffer.wrap(new byte[] {4}))).join();

            assertThat(Files.readAllBytes(file.path())).containsExactly(1, 2, 3, 4);
            assertThat(spool.budget().free()).isEqualTo(14 * MEBI);
            permit.release();
            await().untilAsserted(() -> assertThat(spool.budget().free()).isEqualTo(20 * MEBI));
            assertThat(parts()).isEmpty();
        }
    }

    @Test
    void bytesAreFreeOnlyOnceTheFileIsGone() throws Exception {
        try (Spool spool = Spool.open(settings(), blocking)) {
            Permit first = spool.budget().acquire(15 * MEBI).join();
            spool.create(first).join();
            CompletableFuture<Integer> filesWhenGranted = spool.budget()
                    .acquire(15 * MEBI)
                    .thenApply(permit -> {
                        permit.release();
                        try {
                            return parts().size();
                        } catch (IOException failed) {
                            throw new UncheckedIOException(failed);
                        }
                    });
            assertThat(filesWhenGranted).isNotDone();

            first.release();

            assertThat(filesWhenGranted.join()).isZero();
        }
    }

    @Test
    void aFileThatIsMadeForAPermitAlreadyReleasedDoesNotStay() throws Exception {
        try (Spool spool = Spool.open(settings(), blocking)) {
            Permit permit = spool.budget().acquire(MEBI).join();
            permit.release();
            SpoolFile file = spool.create(permit).join();

            await().untilAsserted(() -> assertThat(parts()).isEmpty());
            assertThat(Problem.of(catchThrowable(() ->
                                    file.append(List.of(ByteBuffer.allocate(1))).join()))
                            .error())
                    .isEqualTo(BackupError.SPOOL_FAILED);
            assertThat(spool.budget().free()).isEqualTo(spool.budget().total());
        }
    }

    @Test
    void removesWhatAKilledNodeLeftAndNothingElse() throws Exception {
        Path folder = Files.createDirectories(data.resolve("spool"));
        Files.write(folder.resolve("17.part"), new byte[1000]);
        Files.write(folder.resolve("notes.txt"), new byte[10]);

        Spool.open(settings(), blocking).close();

        assertThat(parts()).isEmpty();
        assertThat(folder.resolve("notes.txt")).exists();
    }

    @Test
    void refusesAFolderThatAnotherNodeUses() {
        try (Spool spool = Spool.open(settings(), blocking)) {
            assertThat(spool.above()).isEqualTo(5 * MEBI);
            assertThatThrownBy(() -> Spool.open(settings(), blocking)).hasMessageContaining("another node uses it");
        }
        Spool.open(settings(), blocking).close();
    }

    @Test
    void aFullDiskIsAClearErrorThatMayPass() throws Exception {
        Path full = Path.of("/dev/full");
        try (FileChannel channel = FileChannel.open(full, StandardOpenOption.WRITE)) {
            SpoolFile file = new SpoolFile(full, channel, blocking);

            Problem problem = Problem.of(catchThrowable(
                    () -> file.append(List.of(ByteBuffer.allocate(10))).join()));

            assertThat(problem.error()).isEqualTo(BackupError.SPOOL_FAILED);
            assertThat(problem.detail()).contains("No space left on device");
            assertThat(problem.transientFailure()).isTrue();
        }
    }

    @Test
    void aFolderThatIsGoneIsTheSameError() throws Exception {
        try (Spool spool = Spool.open(settings(), blocking)) {
            Files.delete(data.resolve("spool").resolve("spool.lock"));
            Files.delete(data.resolve("spool"));
            Permit permit = spool.budget().acquire(MEBI).join();

            Problem problem =
                    Problem.of(catchThrowable(() -> spool.create(permit).join()));

            assertThat(problem.error()).isEqualTo(BackupError.SPOOL_FAILED);
            permit.release();
            assertThat(spool.budget().free()).isEqualTo(spool.budget().total());
        }
    }

    @Test
    void settingsLieUnderTheNodesFolderUnlessTheyNameAnother() {
        Config worker = ConfigFactory.load().getConfig("bakstripe.worker");

        assertThat(SpoolSettings.from(worker, data))
                .isEqualTo(new SpoolSettings(16 * MEBI, 4096 * MEBI, data.resolve("spool")));
        assertThat(SpoolSettings.from(
                        ConfigFactory.parseString("spool { above = 5 MiB, limit = 30 MiB, folder = /srv/spool }"),
                        data))
                .isEqualTo(new SpoolSettings(5 * MEBI, 30 * MEBI, Path.of("/srv/spool")));
    }

    @Test
    void settingsOutOfRangeAreNamed() {
        assertThatThrownBy(() -> new SpoolSettings(5 * MEBI - 1, 40 * MEBI, data))
                .hasMessageContaining("spool.above");
        assertThatThrownBy(() -> new SpoolSettings(16 * MEBI, 35 * MEBI, data)).hasMessageContaining("spool.limit");
        assertThatThrownBy(() -> new SpoolSettings(16 * MEBI, 40 * MEBI, Path.of("spool")))
                .hasMessageContaining("spool.folder");
    }
}
