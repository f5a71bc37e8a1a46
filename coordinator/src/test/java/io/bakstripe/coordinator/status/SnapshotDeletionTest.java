package io.bakstripe.coordinator.status;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import com.typesafe.config.ConfigFactory;
import io.bakstripe.coordinator.ProbePeers;
import io.bakstripe.coordinator.Samples;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.instance.InstanceView;
import io.bakstripe.protocol.instance.SnapshotInfo;
import io.bakstripe.protocol.instance.SnapshotKind;
import io.bakstripe.protocol.instance.SnapshotState;
import io.bakstripe.protocol.message.DatabaseCommand.DeleteSnapshot;
import io.bakstripe.protocol.message.DeleteSnapshotReply;
import io.bakstripe.protocol.message.InstanceCommand.Describe;
import io.bakstripe.protocol.message.InstanceCommand.InstanceDescription;
import io.bakstripe.protocol.name.InstanceName;
import io.bakstripe.protocol.name.SnapshotId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which of an instance's databases deletes a snapshot. */
class SnapshotDeletionTest {
    private static final ActorTestKit KIT = ActorTestKit.create(ConfigFactory.load());
    private static final SnapshotId ID = new SnapshotId(new UUID(5, 1));
    private static final SnapshotInfo GOING = new SnapshotInfo(
            ID,
            Samples.SHOP,
            SnapshotKind.MANUAL,
            SnapshotState.DELETING,
            Samples.NOON,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    private static final StatusSettings SETTINGS = new StatusSettings(
            "coordinator",
            Duration.ofSeconds(1),
            Duration.ofSeconds(20),
            Duration.ofSeconds(3),
            Duration.ofSeconds(12),
            Duration.ofSeconds(45),
            4,
            4);

    private ProbePeers peers;
    private SnapshotDeletion deletion;

    @BeforeEach
    void start() {
        peers = new ProbePeers(KIT);
        deletion = new SnapshotDeletion(new Questions(KIT.system(), List.of(Samples.complete(1))), peers, SETTINGS);
    }

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private CompletionStage<SnapshotInfo> deleting() {
        CompletionStage<SnapshotInfo> answer = deletion.delete(Samples.INSTANCE, ID, Samples.ME);
        peers.instance
                .expectMessageClass(Describe.class)
                .replyTo()
                .tell(new InstanceDescription(
                        Optional.of(new InstanceView(Samples.complete(1), true)),
                        List.of(Samples.COPY, Samples.SHOP),
                        List.of(),
                        List.of()));
        return answer;
    }

    private void database(DeleteSnapshotReply reply) {
        DeleteSnapshot told = peers.database.expectMessageClass(DeleteSnapshot.class);
        assertThat(told.snapshot()).isEqualTo(ID);
        assertThat(told.login()).isEqualTo(Samples.ME);
        told.replyTo().tell(reply);
    }

    private static Problem problem(CompletionStage<SnapshotInfo> answer) {
        return answer.<Problem>handle((info, failure) -> Problem.of(failure))
                .toCompletableFuture()
                .join();
    }

    @Test
    void theOneThatKnowsItAnswers() {
        CompletionStage<SnapshotInfo> answer = deleting();
        database(new DeleteSnapshotReply.Unknown());
        database(new DeleteSnapshotReply.Accepted(GOING));

        assertThat(answer.toCompletableFuture().join()).isEqualTo(GOING);
    }

    @Test
    void itsRefusalIsPassedOn() {
        CompletionStage<SnapshotInfo> answer = deleting();
        database(new DeleteSnapshotReply.Refused(BackupError.SNAPSHOT_KEPT.problem("snapshot " + ID)));
        database(new DeleteSnapshotReply.Unknown());

        assertThat(problem(answer).error()).isEqualTo(BackupError.SNAPSHOT_KEPT);
    }

    @Test
    void oneThatNobodyKnowsDoesNotExist() {
        CompletionStage<SnapshotInfo> answer = deleting();
        database(new DeleteSnapshotReply.Unknown());
        database(new DeleteSnapshotReply.Unknown());

        assertThat(problem(answer).error()).isEqualTo(BackupError.SNAPSHOT_UNKNOWN);
    }

    @Test
    void whereADatabaseIsSilentItIsNotSaidThatThereIsNone() {
        CompletionStage<SnapshotInfo> answer = deleting();
        database(new DeleteSnapshotReply.Unknown());

        assertThat(problem(answer).error()).isEqualTo(BackupError.CLUSTER_TIMEOUT);
    }

    @Test
    void anInstanceThatIsNotDeclaredIsNotAsked() {
        assertThat(problem(deletion.delete(new InstanceName("other"), ID, Samples.ME))
                        .error())
                .isEqualTo(BackupError.INSTANCE_UNKNOWN);
    }
}
