package io.bakstripe.worker.preflight;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import com.typesafe.config.ConfigFactory;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.instance.Edition;
import io.bakstripe.protocol.instance.InstanceDefinition;
import io.bakstripe.protocol.instance.InstanceView;
import io.bakstripe.protocol.message.PreflightCommand.CheckBackup;
import io.bakstripe.protocol.message.PreflightCommand.Examined;
import io.bakstripe.protocol.message.PreflightCommand.PreflightReply;
import io.bakstripe.protocol.message.PreflightCommand.PreflightReply.Passed;
import io.bakstripe.protocol.message.PreflightCommand.PreflightReply.Refused;
import io.bakstripe.protocol.message.PreflightMessage;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.name.InstanceName;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.procedure.BackupRequest;
import io.bakstripe.protocol.readiness.Finding;
import io.bakstripe.protocol.readiness.Readiness;
import io.bakstripe.worker.restore.SetFinder;
import io.bakstripe.worker.store.MemoryObjectStore;
import io.bakstripe.worker.store.ObjectStore;
import io.bakstripe.worker.store.Stores;
import io.bakstripe.worker.store.s3.S3ObjectStore;
import io.bakstripe.worker.store.s3.StoreSettings;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** What pre-flight says of the files that a backup is to make: where, how large, how safely. */
class PreflightOfFilesTest {
    private static final ActorTestKit KIT = ActorTestKit.create(ConfigFactory.parseString("""
                            akka.loglevel = WARNING
                            akka.actor.provider = local
                            akka.actor.serialization-bindings {
                              "io.bakstripe.protocol.serialization.CborSerializable" = jackson-cbor
                            }""")
            .withFallback(ConfigFactory.defaultReference())
            .resolve());
    private static final String BUCKET = "backups";
    private static final DatabaseName SHOP = new DatabaseName("shop");

    private final MemoryObjectStore store = new MemoryObjectStore().withBucket(BUCKET, "eu-north-1");
    private final TestProbe<PreflightReply> probe = KIT.createTestProbe();
    private Duration limit = Duration.ofSeconds(5);
    private boolean conditionalWrites = true;
    private boolean compression = true;

    @AfterAll
    static void shutDown() {
        KIT.shutdownTestKit();
    }

    private ActorRef<PreflightMessage> preflight() {
        return preflight(store);
    }

    private ActorRef<PreflightMessage> preflight(ObjectStore asked) {
        SetFinder finder = from -> CompletableFuture.failedFuture(
                BackupError.FILE_UNKNOWN.problem("nothing").asException());
        PreflightSettings settings = new PreflightSettings(limit, true, conditionalWrites, 10);
        return KIT.spawn(Preflight.create(new PreflightDependencies(
                Stores.only(asked), new TestSources(), any -> finder, settings, InstantSource.system())));
    }

    private CheckBackup check(int files, boolean overwrite) {
        InstanceDefinition definition = new InstanceDefinition(
                new InstanceName("main"),
                1,
                "postgresql",
                Edition.ENTERPRISE,
                "eu-north-1",
                "UTC",
                false,
                Optional.empty(),
                List.of());
        S3Arn arn = new S3Arn(BUCKET, files == 1 ? "shop.bak" : "shop*.bak");
        return new CheckBackup(
                new InstanceView(definition, compression),
                DatabaseRef.of(definition.name(), SHOP),
                new BackupRequest(SHOP, arn, overwrite, files),
                probe.getRef());
    }

    private Problem refusal() {
        return probe.expectMessageClass(Refused.class, Duration.ofSeconds(10)).problem();
    }

    @Test
    void refusesABucketInAnotherRegionWithTheReferencesText() {
        store.withBucket(BUCKET, "us-west-2");

        preflight().tell(check(1, false));

        assertThat(refusal().detail()).isEqualTo("Please specify a bucket that is in the same region as RDS instance");
    }

    @Test
    void warnsWhereTheStoreHonoursNoConditions() {
        conditionalWrites = false;

        preflight().tell(check(1, false));

        assertThat(probe.expectMessageClass(Passed.class).warnings())
                .singleElement()
                .asString()
                .contains("If-None-Match", "store.conditional-writes");
    }

    @Test
    void warnsOfNothingWhenOverwritingAnyway() {
        conditionalWrites = false;

        preflight().tell(check(1, true));

        probe.expectMessage(new Passed(12_345));
    }

    @Test
    void refusesWhatCannotFitAndNamesTheFilesThatWouldDo() {
        compression = false;
        store.withMaxObjectBytes(5_000);

        preflight().tell(check(2, false));

        Problem problem = refusal();
        assertThat(problem.error()).isEqualTo(BackupError.BACKUP_TOO_LARGE);
        assertThat(problem.detail()).contains("'shop'", "12345 bytes", "2 file(s)", "5000 bytes");
        assertThat(problem.hint()).isEqualTo("Set number_of_files to 3.");
        preflight().tell(check(3, false));
        probe.expectMessageClass(Passed.class);
    }

    @Test
    void letsPassWhatFitsWhenItCompressesWell() {
        store.withMaxObjectBytes(1_235);

        preflight().tell(check(1, false));

        probe.expectMessageClass(Passed.class);
    }

    @Test
    void answersInTimeWhenTheStoreHangs() throws Exception {
        limit = Duration.ofSeconds(1);
        // The kernel takes the connection, and nobody ever answers on it.
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                ObjectStore hanging = S3ObjectStore.create(
                        StoreSettings.from(ConfigFactory.parseMap(Map.of(
                                        "store.endpoint",
                                        "http://127.0.0.1:" + silent.getLocalPort(),
                                        "store.path-style",
                                        true,
                                        "store.access-key",
                                        "AKIDTEST",
                                        "store.secret-key",
                                        "not-a-real-secret"))
                                .withFallback(ConfigFactory.defaultReference().getConfig("bakstripe.worker"))),
                        KIT.system())) {
            preflight(hanging).tell(check(1, false));

            Problem problem = probe.expectMessageClass(Refused.class, Duration.ofSeconds(5))
                    .problem();
            assertThat(problem.error()).isEqualTo(BackupError.STORE_UNREACHABLE);
            assertThat(problem.detail()).contains("no answer within 1.0 s");
        }
    }

    @Test
    void findingsTravelBetweenNodes() {
        KIT.serializationTestKit()
                .verifySerialization(
                        new Examined(new Readiness(
                                SHOP,
                                Instant.EPOCH,
                                List.of(Finding.advice("fsync", "off", "Switch it on."), Finding.good("a", "b")))),
                        true);
    }

    @Test
    void warningsTravelBetweenNodes() {
        KIT.serializationTestKit().verifySerialization(new Passed(1, List.of("Beware."), Optional.empty()), true);
        KIT.serializationTestKit().verifySerialization(new Passed(1), true);
    }
}
