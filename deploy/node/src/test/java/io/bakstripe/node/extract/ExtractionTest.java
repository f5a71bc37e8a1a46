package io.bakstripe.node.extract;

import static io.bakstripe.worker.host.TestHost.column;
import static io.bakstripe.worker.host.TestHost.execute;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Behaviors;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.BakstripeException;
import io.bakstripe.protocol.instance.ServerConnection;
import io.bakstripe.protocol.message.HostCommand.WrittenStep;
import io.bakstripe.protocol.message.RestoreCommand.RestoreStep.Kind;
import io.bakstripe.protocol.name.HostName;
import io.bakstripe.protocol.name.InstanceName;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.procedure.BackupType;
import io.bakstripe.protocol.stripe.SetFacts;
import io.bakstripe.worker.budget.ByteBudget;
import io.bakstripe.worker.host.ChainSource;
import io.bakstripe.worker.host.StartedByHand;
import io.bakstripe.worker.host.TestHost;
import io.bakstripe.worker.key.KeyServices;
import io.bakstripe.worker.restore.FoundSet;
import io.bakstripe.worker.restore.HandMadeSet;
import io.bakstripe.worker.restore.RestoreSettings;
import io.bakstripe.worker.restore.SetExtraction;
import io.bakstripe.worker.restore.StoreSetFinder;
import io.bakstripe.worker.seal.OpenedFiles;
import io.bakstripe.worker.seal.OpenedFiles.KeyChoice;
import io.bakstripe.worker.store.MemoryObjectStore;
import io.bakstripe.worker.store.StoreAccess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Backups of a real server become data directories that {@code pg_ctl} starts. */
final class ExtractionTest {
    private static final String BUCKET = "backups";
    private static final S3Arn FULL = new S3Arn(BUCKET, "full.bak");
    private static final S3Arn DIFFERENTIAL = new S3Arn(BUCKET, "differential.bak");
    private static final S3Arn LOG = new S3Arn(BUCKET, "log.bak");
    private static final S3Arn ALL = new S3Arn(BUCKET, "*.bak");
    private static final MemoryObjectStore STORE = new MemoryObjectStore().withBucket(BUCKET, "us-east-1");
    private static final Config CONFIG = ConfigFactory.load();
    private static final RestoreSettings SETTINGS = RestoreSettings.from(CONFIG.getConfig("bakstripe.worker"));
    private static final ActorSystem<Void> SYSTEM = ActorSystem.create(
            Behaviors.empty(),
            "extraction",
            ConfigFactory.parseMap(Map.of("akka.actor.provider", "local"))
                    .withFallback(ConfigFactory.defaultReference()));

    @TempDir
    static Path folder;

    @TempDir
    Path temp;

    private static TestHost host;
    private static ServerConnection source;
    private static Instant moment;

    private final AtomicLong written = new AtomicLong();

    @BeforeAll
    static void makeSets() throws Exception {
        host = new TestHost(folder.resolve("host"));
        source = host.provision(
                "shop",
                "CREATE TABLE rows AS SELECT i FROM generate_series(1, 5000) i",
                "CREATE TABLE dropped (i int)");
        Path space = Files.createDirectories(folder.resolve("space of the source"));
        execute(
                source,
                "CREATE TABLESPACE space LOCATION '" + space + "'",
                "CREATE TABLE placed TABLESPACE space AS SELECT i FROM generate_series(1, 500) i",
                "CHECKPOINT");
        ChainSource chain = new ChainSource(source, host.pgdata("shop"));
        Path first = Files.createDirectory(folder.resolve("full"));
        WrittenStep full = chain.full(first);
        HandMadeSet.put(STORE, FULL, BackupType.FULL, full, first);
        execute(source, "INSERT INTO rows VALUES (6001)", "DROP TABLE dropped", "INSERT INTO placed VALUES (501)");
        Path second = Files.createDirectory(folder.resolve("differential"));
        WrittenStep again = chain.full(second);
        HandMadeSet.putDifferential(
                STORE,
                DIFFERENTIAL,
                new WrittenStep(
                        Kind.DIFFERENTIAL,
                        again.set(),
                        again.start(),
                        again.lastLsn(),
                        again.lastCommit(),
                        Optional.empty()),
                full.set(),
                first,
                second);
        execute(source, "INSERT INTO rows VALUES (6002)");
        moment = chain.now();
        execute(source, "INSERT INTO rows VALUES (6003)");
        Path third = Files.createDirectory(folder.resolve("log"));
        HandMadeSet.put(STORE, LOG, BackupType.LOG, chain.log(third), third);
    }

    @AfterAll
    static void stop() {
        host.close();
        SYSTEM.terminate();
    }

    private static OpenedFiles files() {
        StoreAccess any = new StoreAccess(new InstanceName("any"), Optional.empty(), Optional.empty());
        return new OpenedFiles(STORE, KeyServices.none().of(any), new KeyChoice.AsTheFileSays(), Runnable::run);
    }

    private static List<FoundSet> sets(S3Arn... from) {
        return new StoreSetFinder(files(), SETTINGS)
                .all(List.of(from))
                .toCompletableFuture()
                .join();
    }

    private Extraction.Extracted extract(Path target, Optional<Instant> toTime, S3Arn... from) throws Exception {
        SetExtraction writer = new SetExtraction(SYSTEM, SETTINGS, new ByteBudget(64 << 20), new HostName("here"));
        return new Extraction(writer, ExtractionTest::files, new Extraction.Progress() {
                    @Override
                    public void begins(SetFacts set) {
                        assertThat(target.resolve("pgdata")).doesNotExist();
                    }

                    @Override
                    public void written(long bytes) {
                        written.addAndGet(bytes);
                    }
                })
                .run(sets(from), target, toTime);
    }

    private static List<String> inserted(ServerConnection server) throws Exception {
        return column(server, "SELECT i FROM rows WHERE i > 6000 ORDER BY i");
    }

    @Test
    void aChainBecomesADirectoryThatPostgresStarts() throws Exception {
        Extraction.Extracted made = extract(temp.resolve("chain"), Optional.empty(), ALL);

        assertThat(made.sets())
                .extracting(SetFacts::type)
                .containsExactly(BackupType.FULL, BackupType.DIFFERENTIAL, BackupType.LOG);
        assertThat(written.get()).isPositive();
        try (StartedByHand server = StartedByHand.on(made.data())) {
            ServerConnection copy = server.as(source);
            assertThat(inserted(copy)).containsExactly("6001", "6002", "6003");
            assertThat(column(copy, "SELECT count(*) FROM placed")).containsExactly("501");
            assertThat(column(copy, "SELECT to_regclass('dropped')")).containsExactly((String) null);
            assertThat(column(copy, "SELECT pg_is_in_recovery()")).containsExactly("f");
            assertThat(column(copy, "SELECT pg_tablespace_location(oid) FROM pg_tablespace WHERE spcname = 'space'"))
                    .allMatch(path ->
                            path.startsWith(temp.resolve("chain/tablespaces").toString()));
        }
        try (Stream<Path> left = Files.list(temp.resolve("chain"))) {
            assertThat(left.map(path -> path.getFileName().toString()))
                    .containsExactlyInAnyOrder("pgdata", "tablespaces", "by-hand.log");
        }
    }

    @Test
    void rollsForwardToAMomentAndNoFurtherWhateverKillsTheServer() throws Exception {
        Extraction.Extracted made = extract(temp.resolve("then"), Optional.of(moment), ALL);

        assertThat(made.end().stopped()).isTrue();
        for (int start = 0; start < 2; start++) {
            try (StartedByHand server = StartedByHand.on(made.data())) {
                assertThat(inserted(server.as(source))).containsExactly("6001", "6002");
            }
        }
    }

    @Test
    void aFullBackupAloneIsEnough() throws Exception {
        Extraction.Extracted made = extract(temp.resolve("full"), Optional.empty(), FULL);

        try (StartedByHand server = StartedByHand.on(made.data())) {
            assertThat(inserted(server.as(source))).isEmpty();
            assertThat(column(server.as(source), "SELECT count(*) FROM rows")).containsExactly("5000");
        }
    }

    @Test
    void leavesAloneADirectoryThatHoldsAnything() throws Exception {
        Path own =
                Files.writeString(Files.createDirectory(temp.resolve("taken")).resolve("own"), "mine");

        refused(BackupError.TARGET_NOT_EMPTY, () -> extract(temp.resolve("taken"), Optional.empty(), FULL));

        assertThat(own).hasContent("mine");
        assertThat(temp.resolve("taken").toFile().list()).containsExactly("own");
    }

    @Test
    void leavesNothingOfWhatFails() throws Exception {
        byte[] bytes = STORE.bytes(LOG).orElseThrow().clone();
        bytes[bytes.length / 2] ^= 1;
        S3Arn damaged = new S3Arn(BUCKET, "damaged.log");
        STORE.put(damaged, bytes, Map.of());
        Path there = Files.createDirectory(temp.resolve("there"));

        refused(
                BackupError.FILE_DAMAGED,
                () -> extract(temp.resolve("new"), Optional.empty(), FULL, DIFFERENTIAL, damaged));
        refused(BackupError.FILE_DAMAGED, () -> extract(there, Optional.empty(), FULL, DIFFERENTIAL, damaged));

        assertThat(temp.resolve("new")).doesNotExist();
        assertThat(there).isEmptyDirectory();
    }

    @Test
    void refusesChainsThatDoNotReach() {
        Path target = temp.resolve("gap");

        refused(BackupError.FULL_MISSING, () -> extract(target, Optional.empty(), LOG));
        refused(BackupError.FULL_MISSING, () -> extract(target, Optional.of(Instant.EPOCH), ALL));
        refused(BackupError.LOG_TOO_RECENT, () -> extract(target, Optional.empty(), FULL, LOG));
        refused(
                BackupError.MOMENT_NOT_COVERED,
                () -> extract(target, Optional.of(moment.plus(Duration.ofHours(1))), ALL));
        refused(BackupError.MOMENT_NOT_COVERED, () -> extract(target, Optional.of(moment), FULL));

        assertThat(target).doesNotExist();
    }

    private static void refused(BackupError error, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        BakstripeException.class,
                        failure -> assertThat(failure.problem().error()).isEqualTo(error));
    }
}
