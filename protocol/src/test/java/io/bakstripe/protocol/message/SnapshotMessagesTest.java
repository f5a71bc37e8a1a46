package io.bakstripe.protocol.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.typed.ActorRef;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.typesafe.config.ConfigFactory;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.instance.Edition;
import io.bakstripe.protocol.instance.InstanceDefinition;
import io.bakstripe.protocol.instance.InstanceView;
import io.bakstripe.protocol.instance.Login;
import io.bakstripe.protocol.instance.SnapshotInfo;
import io.bakstripe.protocol.instance.SnapshotKind;
import io.bakstripe.protocol.instance.SnapshotState;
import io.bakstripe.protocol.message.RestoreCommand.RestoreSpec;
import io.bakstripe.protocol.message.RestoreCommand.RestoreStep;
import io.bakstripe.protocol.name.AttemptRef;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.name.HostName;
import io.bakstripe.protocol.name.InstanceName;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.name.SnapshotId;
import io.bakstripe.protocol.name.TaskId;
import io.bakstripe.protocol.procedure.BackupType;
import io.bakstripe.protocol.procedure.Recovery;
import io.bakstripe.protocol.procedure.RestoreRequest;
import io.bakstripe.protocol.procedure.TaskRequest;
import io.bakstripe.protocol.serialization.CborSerializable;
import io.bakstripe.protocol.stripe.Storage;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The messages about taking and restoring snapshots: each one comes over the wire as it was sent. */
class SnapshotMessagesTest {
    private static final ActorTestKit KIT = ActorTestKit.create(ConfigFactory.parseString(
                    "akka.actor.serialization-bindings { \"" + CborSerializable.class.getName() + "\" = jackson-cbor }")
            .withFallback(ConfigFactory.load()));
    private static final ObjectMapper JSON = new ObjectMapper().registerModule(new Jdk8Module());

    private static final InstanceName MAIN = new InstanceName("main");
    private static final DatabaseName SHOP = new DatabaseName("Shop");
    private static final SnapshotId SNAPSHOT = new SnapshotId(new UUID(0, 7));
    private static final S3Arn FILES = S3Arn.parse("arn:aws:s3:::snaps/main/7-*.bak");
    private static final Optional<RequestKey> KEY = Optional.of(new RequestKey("key", "hash"));
    private static final HostName HOST = new HostName("host1");
    private static final InstanceView VIEW = new InstanceView(
            new InstanceDefinition(
                    MAIN, 1, "postgresql", Edition.ENTERPRISE, "us-east-1", "UTC", false, Optional.of(HOST), List.of()),
            true);

    @AfterAll
    static void end() {
        KIT.shutdownTestKit();
    }

    private static <M> ActorRef<M> replies() {
        return KIT.<M>createTestProbe().ref();
    }

    static Stream<CborSerializable> messages() {
        RestoreStep step =
                new RestoreStep(RestoreStep.Kind.FULL, Optional.of(FILES), Optional.empty(), Optional.empty());
        SnapshotInfo info = new SnapshotInfo(
                SNAPSHOT,
                SHOP,
                SnapshotKind.DAILY,
                SnapshotState.AVAILABLE,
                Instant.EPOCH,
                Optional.of(Instant.EPOCH),
                Optional.of(Instant.EPOCH),
                Optional.of(5L),
                Optional.empty());
        return Stream.of(
                new InstanceCommand.TakeSnapshot(SHOP, KEY, replies()),
                new DatabaseCommand.TakeSnapshot(SHOP, VIEW, KEY, replies()),
                new DatabaseCommand.FindSnapshot(SNAPSHOT, replies()),
                new DatabaseCommand.SnapshotFound(Optional.empty()),
                new DatabaseCommand.SnapshotFound(Optional.of(new DatabaseCommand.StoredSnapshot(info, FILES))),
                new DatabaseCommand.ClearPartial(VIEW, "boss", true, replies()),
                new DatabaseCommand.PartialReply(Optional.empty()),
                new DatabaseCommand.PartialReply(Optional.empty(), Optional.of(SHOP)),
                new DatabaseCommand.PartialReply(
                        Optional.of(BackupError.PARTIAL_RESTORE_PENDING.problem(SHOP, MAIN, "5"))),
                new InstanceCommand.Submit(
                        RestoreRequest.ofSnapshot(SHOP, SNAPSHOT, FILES), Login.MASTER, KEY, replies()),
                new RestoreCommand.Ensure(
                        7,
                        new RestoreSpec(
                                new AttemptRef(MAIN, new TaskId(5), 1),
                                DatabaseRef.of(MAIN, SHOP),
                                SHOP,
                                VIEW,
                                HOST,
                                step,
                                Optional.empty(),
                                Storage.SNAPSHOTS,
                                Optional.empty()),
                        RestoreCommand.RestoreGoal.APPLY));
    }

    @ParameterizedTest
    @MethodSource("messages")
    void comesOverTheWireAsItWasSent(CborSerializable message) {
        KIT.serializationTestKit().verifySerialization(message, true);
    }

    @Test
    void aNativeRestoreIsWrittenAsBeforeThereWereSnapshotsAndReadsFromNativeStorage() throws IOException {
        RestoreRequest request = new RestoreRequest(SHOP, FILES);

        assertThat(JSON.readTree(JSON.writeValueAsBytes(request)).has("snapshot"))
                .isFalse();
        assertThat(JSON.readValue(JSON.writeValueAsBytes(request), TaskRequest.class))
                .isEqualTo(request);
        assertThat(request.storage()).isEqualTo(Storage.NATIVE);
        assertThat(RestoreRequest.ofSnapshot(SHOP, SNAPSHOT, FILES).storage()).isEqualTo(Storage.SNAPSHOTS);
    }

    @Test
    void aSnapshotIsRestoredWholeAndOpened() {
        assertThatThrownBy(() -> new RestoreRequest(
                        SHOP,
                        BackupType.FULL,
                        FILES,
                        Recovery.NORECOVERY,
                        Optional.empty(),
                        false,
                        Optional.empty(),
                        Optional.of(SNAPSHOT)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new RestoreRequest(
                        SHOP,
                        BackupType.FULL,
                        FILES,
                        Recovery.RECOVERY,
                        Optional.empty(),
                        true,
                        Optional.empty(),
                        Optional.of(SNAPSHOT)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
