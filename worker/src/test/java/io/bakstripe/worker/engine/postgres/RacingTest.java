package io.bakstripe.worker.engine.postgres;

import static io.bakstripe.worker.engine.postgres.TestSource.NAME;
import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.protocol.error.BakstripeException;
import io.bakstripe.protocol.instance.ServerConnection;
import io.bakstripe.protocol.name.AttemptRef;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.TaskId;
import io.bakstripe.protocol.stripe.Extent;
import io.bakstripe.protocol.stripe.ExtentKind;
import io.bakstripe.worker.engine.BackupHold;
import io.bakstripe.worker.engine.Engine.SourceAddress;
import io.bakstripe.worker.engine.ExtentReader;
import io.bakstripe.worker.host.IntegrityCheck;
import io.bakstripe.worker.host.PostgresRelease;
import io.bakstripe.worker.host.PostgresReleases;
import io.bakstripe.worker.host.TestHost;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.LongStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random operations of every kind on a server, before its files are listed, between listing and reading, and while they are read, with checkpoints in
 * between; writers pause from the last data page to the stop. What is restored must be the server of the stop, and sound to the last page.
 * {@code -Dbakstripe.races=1-200} chooses the seeds.
 */
@ParameterizedClass
@MethodSource(PostgresReleases.EACH)
final class RacingTest {
    private static final String SOME_SEEDS = "1-4";
    private static final int READINGS = 6;
    private static final int OPERATIONS_AT_ONCE = 4;

    /** More than one is needed when the server itself cleans up the template of a copied database, which happens seldom. */
    private static final int ATTEMPTS = 3;

    @TempDir
    private static Path data;

    private static TestHost host;
    private static ServerConnection source;
    private static RacingServer racing;
    private static SourceAddress role;

    @Parameter
    private PostgresRelease release;

    @BeforeParameterizedClassInvocation
    static void startSource(PostgresRelease release) throws Exception {
        host = new TestHost(data.resolve(Integer.toString(release.major())), release);
        source = host.provision("source");
        role = TestSource.backupRole(source, "bk");
        racing = RacingServer.prepare(
                source, release.major(), Files.createDirectory(data.resolve("spaces " + release.major())));
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        host.close();
    }

    static LongStream seeds() {
        String[] range =
                System.getProperty("bakstripe.races", SOME_SEEDS).strip().split("-", 2);
        long first = Long.parseLong(range[0]);
        return LongStream.rangeClosed(first, range.length == 1 ? first : Long.parseLong(range[1]));
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void restoresTheServerOfTheStop(long seed) throws Exception {
        Random random = new Random(seed * 1_000_003);
        String name = "copy" + seed;
        AttemptRef attempt = new AttemptRef(TestHost.INSTANCE, new TaskId(seed), 1);
        Optional<Map<String, String>> contents = Optional.empty();
        for (int number = 1; contents.isEmpty(); number++) {
            assertThat(number).as("attempts").isLessThanOrEqualTo(ATTEMPTS);
            attempt = new AttemptRef(TestHost.INSTANCE, new TaskId(seed), number);
            contents = backUp(host.servers().prepare(TestHost.ref(name), attempt), random);
        }
        Map<String, String> expected = contents.get();
        ServerConnection copy =
                host.servers().open(TestHost.ref(name), new DatabaseName(name), attempt, source.dbname());

        assertThat(ServerContents.of(copy)).isEqualTo(expected);
        IntegrityCheck.passes(host, name);
        host.remove(name);
    }

    /** Answers with the contents at the stop; with nothing when the template of a copied database was changed, which asks for another attempt. */
    private Optional<Map<String, String>> backUp(Path target, Random random) throws Exception {
        PostgresEngine engine = TestSource.engine();
        try (BackupHold hold = engine.open(role, TestSource.full("races"));
                ExtentReader reader = engine.reader(role, NAME)) {
            race(random);
            List<Extent> listed = new ArrayList<>(TestSource.list(hold));
            race(random);
            TestSource.restore(
                    reader,
                    listed.stream()
                            .filter(extent -> extent.kind() == ExtentKind.DIRECTORY)
                            .toList(),
                    target);
            Collections.shuffle(listed, random);
            for (int reading = 0; reading < READINGS; reading++) {
                List<Extent> some =
                        listed.subList(listed.size() * reading / READINGS, listed.size() * (reading + 1) / READINGS);
                CompletableFuture<Void> beside = CompletableFuture.runAsync(() -> race(random));
                TestSource.restore(reader, some, target);
                beside.join();
            }
            Map<String, String> contents = ServerContents.of(source);
            TestSource.restore(reader, hold.stop().closing(), target);
            return Optional.of(contents);
        } catch (BakstripeException again) {
            assertThat(again).hasMessageContaining("copied files to the database");
            return Optional.empty();
        }
    }

    private void race(Random random) {
        RacingOperation[] all = RacingOperation.values();
        try {
            for (int i = random.nextInt(OPERATIONS_AT_ONCE); i >= 0; i--) {
                racing.run(all[random.nextInt(all.length)], random);
            }
        } catch (SQLException failed) {
            throw new CompletionException(failed);
        }
    }
}
