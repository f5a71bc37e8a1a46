package io.bakstripe.node.chaos;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random schedules of faults, kills, submissions and cancellations, and the invariants after each. The system property {@code bakstripe.chaos.seeds}
 * chooses them, as {@code 1-200} or {@code 17}.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ChaosSchedulesIT {
    private static final String SOME_SEEDS = "1-8";
    /** Restored databases fill the disk. */
    private static final int SEEDS_PER_ENVIRONMENT = 20;

    /** Of the class: one of an instance would be emptied after each seed. */
    @TempDir
    private static Path root;

    private @Nullable Running running;
    private int environments;

    /** An environment that schedules follow each other in. */
    private static final class Running {
        private final Path folder;
        private final ChaosEnvironment environment;
        private final TaskWatch watch;
        private final Submitted whole;
        private int seeds;

        private Running(Path folder) throws IOException {
            this.folder = folder;
            this.environment = ChaosEnvironment.start(folder);
            this.watch = TaskWatch.start(environment);
            try {
                this.whole = environment.backup("whole*.bak", 3);
                environment.node().awaitSuccess(whole.id());
            } catch (IOException | RuntimeException | AssertionError failed) {
                end();
                throw failed;
            }
        }

        private void end() throws IOException {
            watch.close();
            environment.close();
        }
    }

    static LongStream seeds() {
        String[] range =
                System.getProperty("bakstripe.chaos.seeds", SOME_SEEDS).strip().split("-", 2);
        long first = Long.parseLong(range[0]);
        return LongStream.rangeClosed(first, range.length == 1 ? first : Long.parseLong(range[1]));
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void invariantsHoldAfterASchedule(long seed) throws Exception {
        Schedule schedule = Schedule.of(seed);
        Running now = environment();
        try {
            List<Submitted> fresh = ScheduleRun.of(now.environment, now.whole, schedule);
            Invariants.check(now.environment, fresh, now.watch, Invariants.Depth.RESTORE_EACH_SET);
        } catch (AssertionError | RuntimeException broken) {
            AssertionError told = new AssertionError(
                    "seed " + seed + ": " + broken.getMessage() + "\n" + schedule + "\n"
                            + Files.readString(now.folder.resolve("node.log")),
                    broken);
            // What is broken must not break the next seeds.
            running = null;
            try {
                now.end();
            } catch (IOException | RuntimeException alsoBroken) {
                told.addSuppressed(alsoBroken);
            }
            throw told;
        }
        if (++now.seeds == SEEDS_PER_ENVIRONMENT) {
            running = null;
            now.end();
            deleteTree(now.folder);
        }
    }

    private Running environment() throws IOException {
        if (running == null) {
            running = new Running(root.resolve("run-" + ++environments));
        }
        return running;
    }

    @AfterAll
    void stop() throws IOException {
        if (running != null) {
            running.end();
        }
    }

    private static void deleteTree(Path folder) throws IOException {
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
                    throws IOException {
                Files.delete(directory);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
