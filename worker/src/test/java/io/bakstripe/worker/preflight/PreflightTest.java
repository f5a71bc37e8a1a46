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
import io.bakstripe.protocol.message.PreflightCommand.CheckTargets;
import io.bakstripe.protocol.message.PreflightCommand.PreflightReply;
import io.bakstripe.protocol.message.PreflightCommand.PreflightReply.Passed;
import io.bakstripe.protocol.message.PreflightCommand.PreflightReply.Refused;
import io.bakstripe.protocol.message.PreflightMessage;
import io.bakstripe.protocol.name.BackupSetId;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.name.InstanceName;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.procedure.BackupRequest;
import io.bakstripe.worker.engine.Engine;
import io.bakstripe.worker.restore.SetFinder;
import io.bakstripe.worker.store.MemoryObjectStore;
import io.bakstripe.worker.store.MemoryObjectStore.Call;
import io.bakstripe.worker.store.Stores;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class PreflightTest {
    private static final ActorTestKit KIT = startKit();
    static final String BUCKET = "backups";
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
    private Duration limit = Duration.ofSeconds(5);
    private boolean checkRegion = true;

    static ActorTestKit startKit() {
        return ActorTestKit.create(ConfigFactory.parseString("akka.loglevel = WARNING\nakka.actor.provider = local")
                .withFallback(ConfigFactory.defaultReference())
                .resolve());
    }

    @AfterAll
    static void shutDown() {
        KIT.shutdownTestKit();
    }

    private ActorRef<PreflightMessage> preflight() {
        SetFinder finder = from -> CompletableFuture.failedFuture(
                BackupError.FILE_UNKNOWN.problem("nothing").asException());
        PreflightSettings settings = new PreflightSettings(limit, checkRegion, true, 10);
        return KIT.spawn(Preflight.create(new PreflightDependencies(
                Stores.only(store), sources, any -> finder, settings, InstantSource.system())));
    }

    private Problem refusal() {
        return probe.expectMessageClass(Refused.class, Duration.ofSeconds(10)).problem();
    }

    static S3Arn file(String key) {
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
