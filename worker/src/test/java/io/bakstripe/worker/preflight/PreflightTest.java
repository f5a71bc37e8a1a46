package io.bakstripe.worker.preflight;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.LoggingTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import akka.actor.typed.receptionist.Receptionist;
import com.typesafe.config.ConfigFactory;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.instance.Edition;
import io.bakstripe.protocol.instance.InstanceDefinition;
import io.bakstripe.protocol.instance.InstanceView;
import io.bakstripe.protocol.message.PreflightCommand;
import io.bakstripe.protocol.message.PreflightCommand.CheckBackup;
import io.bakstripe.protocol.message.PreflightCommand.CheckRestore;
import io.bakstripe.protocol.message.PreflightCommand.CheckTargets;
import io.bakstripe.protocol.message.PreflightCommand.PreflightReply;
import io.bakstripe.protocol.message.PreflightCommand.PreflightReply.Passed;
import io.bakstripe.protocol.message.PreflightCommand.PreflightReply.Refused;
import io.bakstripe.protocol.message.PreflightMessage;
import io.bakstripe.protocol.name.BackupSetId;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.name.InstanceName;
import io.bakstripe.protocol.name.Lsn;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.procedure.BackupRequest;
import io.bakstripe.protocol.procedure.BackupType;
import io.bakstripe.protocol.procedure.RestoreRequest;
import io.bakstripe.protocol.stripe.StartFacts;
import io.bakstripe.protocol.stripe.StopFacts;
import io.bakstripe.worker.engine.Engine;
import io.bakstripe.worker.engine.EngineVersions;
import io.bakstripe.worker.format.StripeHeader;
import io.bakstripe.worker.format.StripeTrailer;
import io.bakstripe.worker.restore.FoundSet;
import io.bakstripe.worker.restore.SetFinder;
import io.bakstripe.worker.store.MemoryObjectStore;
import io.bakstripe.worker.store.MemoryObjectStore.Call;
import io.bakstripe.worker.store.ObjectStore.StoredObject;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class PreflightTest {
    private static final ActorTestKit KIT =
            ActorTestKit.create(ConfigFactory.parseString("akka.loglevel = WARNING\nakka.actor.provider = local")
                    .withFallback(ConfigFactory.defaultReference())
                    .resolve());
    private static final String BUCKET = "backups";
    static final DatabaseName SHOP = new DatabaseName("shop");
    static final InstanceView VIEW = new InstanceView(
            new InstanceDefinition(
                    new InstanceName("main"),
                    1,
                    "postgresql",
                    Edition.ENTERPRISE,
                    "eu-north-1",
                    "UTC",
                    false,
                    Optional.empty(),
                    List.of()),
            true);
    static final DatabaseRef DATABASE = DatabaseRef.of(VIEW.name(), SHOP);
    private static final BackupSetId SET = new BackupSetId(new UUID(0, 7));

    private final MemoryObjectStore store = new MemoryObjectStore().withBucket(BUCKET, "eu-north-1");
    private final TestProbe<PreflightReply> probe = KIT.createTestProbe();
    private final TestSources sources = new TestSources();
    private CompletionStage<FoundSet> found = CompletableFuture.failedFuture(
            BackupError.FILE_UNKNOWN.problem("nothing").asException());
    private Duration limit = Duration.ofSeconds(5);
    private boolean checkRegion = true;

    @AfterAll
    static void shutDown() {
        KIT.shutdownTestKit();
    }

    private ActorRef<PreflightMessage> preflight() {
        SetFinder finder = from -> found;
        PreflightSettings settings = new PreflightSettings(limit, checkRegion, true, 10);
        return KIT.spawn(
                Preflight.create(new PreflightDependencies(store, sources, finder, settings, InstantSource.system())));
    }

    private Problem refusal() {
        return probe.expectMessageClass(Refused.class, Duration.ofSeconds(10)).problem();
    }

    private static S3Arn file(String key) {
        return new S3Arn(BUCKET, key);
    }

    @Test
    void isFoundThroughTheReceptionist() {
        ActorRef<PreflightMessage> preflight = preflight();
        TestProbe<Receptionist.Listing> listings = KIT.createTestProbe();

        KIT.system().receptionist().tell(Receptionist.subscribe(PreflightCommand.SERVICE, listings.getRef()));

        listings.fishForMessage(
                Duration.ofSeconds(5),
                listing -> listing.getServiceInstances(PreflightCommand.SERVICE).contains(preflight)
                        ? akka.actor.testkit.typed.javadsl.FishingOutcomes.complete()
                        : akka.actor.testkit.typed.javadsl.FishingOutcomes.continueAndIgnore());
    }

    @Nested
    class BeforeABackup {
        private CheckBackup check(int files, boolean overwrite) {
            S3Arn arn = file(files == 1 ? "shop.bak" : "shop*.bak");
            return new CheckBackup(VIEW, DATABASE, new BackupRequest(SHOP, arn, overwrite, files), probe.getRef());
        }

        @Test
        void passesWithTheSizeOfTheDatabase() {
            preflight().tell(check(3, false));

            probe.expectMessage(new Passed(12_345));
        }

        @Test
        void refusesABucketThatIsNotThere() {
            preflight()
                    .tell(new CheckBackup(
                            VIEW,
                            DATABASE,
                            new BackupRequest(SHOP, new S3Arn("elsewhere", "a"), false, 1),
                            probe.getRef()));

            Problem problem = refusal();
            assertThat(problem.error()).isEqualTo(BackupError.BUCKET_UNKNOWN);
            assertThat(problem.hint()).contains("elsewhere");
        }

        @Test
        void refusesABucketInAnotherRegion() {
            store.withBucket(BUCKET, "us-west-2");

            preflight().tell(check(1, false));

            Problem problem = refusal();
            assertThat(problem.error()).isEqualTo(BackupError.BUCKET_REGION);
            assertThat(problem.hint()).contains("us-west-2", "eu-north-1");
        }

        @Test
        void takesAnyRegionWhereRegionsMeanNothing() {
            store.withBucket(BUCKET, "us-west-2");
            checkRegion = false;

            preflight().tell(check(1, false));

            probe.expectMessageClass(Passed.class);
        }

        @Test
        void refusesWhenAnyOfTheFilesExistsAndNamesTheFirst() {
            store.put(file("shop2-of-3.bak"), new byte[1], Map.of());
            store.put(file("shop3-of-3.bak"), new byte[1], Map.of());

            preflight().tell(check(3, false));

            Problem problem = refusal();
            assertThat(problem.error()).isEqualTo(BackupError.FILE_EXISTS);
            assertThat(problem.hint()).contains("shop2-of-3.bak");
            assertThat(sources.resolved).isFalse();
        }

        @Test
        void passesOverExistingFilesWhenOverwriting() {
            store.put(file("shop2-of-3.bak"), new byte[1], Map.of());

            preflight().tell(check(3, true));

            probe.expectMessageClass(Passed.class);
        }

        @Test
        void refusesWithTheTextOfTheStoreOrTheDatabase() {
            store.failNext(Call.HEAD, BackupError.ACCESS_DENIED.problem("the policy"));
            preflight().tell(check(1, false));
            assertThat(refusal()).isEqualTo(BackupError.ACCESS_DENIED.problem("the policy"));

            Problem denied = BackupError.GRANT_MISSING.problem("shop", "pg_read_binary_file");
            sources.inspection = () -> {
                throw denied.asException();
            };
            preflight().tell(check(1, false));
            assertThat(refusal()).isEqualTo(denied);
        }

        @Test
        void refusesADatabaseWhoseAddressNobodyKnows() {
            Problem unknown = BackupError.HOST_UNAVAILABLE.problem("db-7");
            sources.address = CompletableFuture.failedFuture(unknown.asException());

            preflight().tell(check(1, false));

            assertThat(refusal()).isEqualTo(unknown);
        }

        @Test
        void namesWhatDidNotAnswerInTime() {
            limit = Duration.ofMillis(200);
            CountDownLatch never = new CountDownLatch(1);
            sources.inspection = () -> {
                never.await();
                return 1L;
            };
            preflight().tell(check(1, false));
            assertThat(refusal().error()).isEqualTo(BackupError.DATABASE_UNREACHABLE);
            never.countDown();

            sources.address = new CompletableFuture<>();
            preflight().tell(check(1, false));
            assertThat(refusal().error()).isEqualTo(BackupError.CLUSTER_TIMEOUT);
        }

        @Test
        void answersOtherChecksWhileOneWaits() {
            CompletableFuture<Engine.SourceAddress> address = new CompletableFuture<>();
            sources.address = address;
            ActorRef<PreflightMessage> preflight = preflight();
            TestProbe<PreflightReply> other = KIT.createTestProbe();
            preflight.tell(check(1, false));

            preflight.tell(new CheckTargets(VIEW, SET, List.of(file("a")), false, other.getRef()));

            other.expectMessageClass(Passed.class);
            probe.expectNoMessage(Duration.ofMillis(50));
            address.complete(TestSources.ADDRESS);
            probe.expectMessageClass(Passed.class);
        }

        @Test
        void answersAndLogsWhatNobodyExpected() {
            sources.inspection = () -> {
                throw new IllegalStateException("a defect");
            };
            ActorRef<PreflightMessage> preflight = preflight();

            LoggingTestKit.error("pre-flight failed unexpectedly").expect(KIT.system(), () -> {
                preflight.tell(check(1, false));
                Problem problem = refusal();
                assertThat(problem.error()).isEqualTo(BackupError.INTERNAL);
                assertThat(problem.detail()).contains("a defect");
                return null;
            });
        }
    }

    @Nested
    class BeforeARestore {
        private CheckRestore check() {
            return new CheckRestore(VIEW, new RestoreRequest(SHOP, file("shop*.bak")), probe.getRef());
        }

        @Test
        void passesWithTheSizeOfTheSet() {
            found = CompletableFuture.completedStage(set("postgresql"));

            preflight().tell(check());

            probe.expectMessage(new Passed(777));
        }

        @Test
        void refusesWhatTheFinderRefuses() {
            preflight().tell(check());

            assertThat(refusal().error()).isEqualTo(BackupError.FILE_UNKNOWN);
        }

        @Test
        void refusesASetOfAnotherEngine() {
            found = CompletableFuture.completedStage(set("sqlserver"));

            preflight().tell(check());

            Problem problem = refusal();
            assertThat(problem.error()).isEqualTo(BackupError.ENGINE_MISMATCH);
            assertThat(problem.detail()).contains("sqlserver 18", "postgresql");
        }

        @Test
        void passesASetOfAnyVersionThatTheHostHas() {
            sources.versions = CompletableFuture.completedStage(Optional.of(new EngineVersions(List.of("15", "18"))));
            found = CompletableFuture.completedStage(set("postgresql"));

            preflight().tell(check());

            probe.expectMessageClass(Passed.class);
        }

        @Test
        void refusesASetOfAVersionThatTheHostLacks() {
            sources.versions =
                    CompletableFuture.completedStage(Optional.of(new EngineVersions(List.of("13", "15", "17"))));
            found = CompletableFuture.completedStage(set("postgresql"));

            preflight().tell(check());

            Problem problem = refusal();
            assertThat(problem.error()).isEqualTo(BackupError.ENGINE_MISMATCH);
            assertThat(problem.detail()).contains("running version 18.", "running version 13, 15 or 17.");
            assertThat(problem.hint()).contains("13, 15 and 17", "those of 18", "bakstripe.worker.host.binaries");
        }

        @Test
        void namesTheHostThatDoesNotTellItsVersionsInTime() {
            limit = Duration.ofMillis(200);
            sources.versions = new CompletableFuture<>();
            found = CompletableFuture.completedStage(set("postgresql"));

            preflight().tell(check());

            Problem problem = refusal();
            assertThat(problem.error()).isEqualTo(BackupError.CLUSTER_TIMEOUT);
            assertThat(problem.detail()).contains("the host of database 'shop'");
        }

        @Test
        void namesTheStoreWhenItDoesNotAnswerInTime() {
            limit = Duration.ofMillis(200);
            found = new CompletableFuture<>();

            preflight().tell(check());

            Problem problem = refusal();
            assertThat(problem.error()).isEqualTo(BackupError.STORE_UNREACHABLE);
            assertThat(problem.detail()).contains("0.2 s");
        }

        @Test
        void warnsOfASetThatIsDamaged() {
            found = CompletableFuture.completedFuture(set("postgresql", Optional.of(12L)));

            preflight().tell(check());

            assertThat(probe.expectMessageClass(Passed.class).warnings())
                    .singleElement()
                    .asString()
                    .startsWith("Damage to the backup set was detected. 12 page(s) had wrong checksums when set " + SET)
                    .contains("BAK-6122");
        }

        private static FoundSet set(String engine) {
            return set(engine, Optional.empty());
        }

        private static FoundSet set(String engine, Optional<Long> damagedPages) {
            StopFacts stop = new StopFacts(new Lsn(2), Instant.EPOCH, 1, 777, damagedPages);
            StripeHeader header = new StripeHeader(
                    SET,
                    1,
                    1,
                    BackupType.FULL,
                    "main",
                    SHOP,
                    "Enterprise",
                    "simple",
                    new StartFacts(engine, "18", "1", 1, new Lsn(1), 1, "UTC", "shop", Optional.empty(), Instant.EPOCH),
                    Optional.empty(),
                    Optional.empty(),
                    List.of(),
                    "test",
                    Instant.EPOCH);
            return new FoundSet(
                    List.of(new FoundSet.FoundStripe(
                            new StoredObject(file("shop1-of-1.bak"), 1, "e", Map.of()),
                            header,
                            new StripeTrailer(SET, 1, 1, stop, List.of()))),
                    stop);
        }
    }

    @Nested
    class BeforeTheCommitPoint {
        private CheckTargets check(boolean overwrite) {
            return new CheckTargets(VIEW, SET, List.of(file("a"), file("b")), overwrite, probe.getRef());
        }

        @Test
        void passesWhenNoKeyIsTaken() {
            preflight().tell(check(false));

            probe.expectMessage(new Passed(0));
        }

        @Test
        void passesOverObjectsOfTheSetItself() {
            store.put(file("a"), new byte[1], Map.of("bakstripe-set-id", SET.toString()));

            preflight().tell(check(false));

            probe.expectMessageClass(Passed.class);
        }

        @Test
        void refusesAForeignObjectAndNamesIt() {
            store.put(file("a"), new byte[1], Map.of("bakstripe-set-id", SET.toString()));
            store.put(file("b"), new byte[1], Map.of("bakstripe-set-id", new UUID(0, 8).toString()));

            preflight().tell(check(false));

            Problem problem = refusal();
            assertThat(problem.error()).isEqualTo(BackupError.FILE_EXISTS);
            assertThat(problem.hint()).contains(file("b").toString());
        }

        @Test
        void passesOverForeignObjectsWhenOverwriting() {
            store.put(file("b"), new byte[1], Map.of());

            preflight().tell(check(true));

            probe.expectMessageClass(Passed.class);
        }
    }
}
