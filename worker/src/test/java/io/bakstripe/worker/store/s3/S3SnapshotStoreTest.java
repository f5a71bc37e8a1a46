package io.bakstripe.worker.store.s3;

import static io.bakstripe.worker.store.s3.RecordedStore.await;
import static io.bakstripe.worker.store.s3.RecordedStore.problem;
import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import com.typesafe.config.ConfigFactory;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.worker.store.s3.RecordingServer.Answer;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Storage of snapshots: its own place and keys, and the only right to delete. */
class S3SnapshotStoreTest {
    private static ActorTestKit kit;
    private static RecordingServer server;
    private static S3SnapshotStore deleting;
    private static S3SnapshotStore keeping;

    @BeforeAll
    static void serve() throws IOException {
        kit = ActorTestKit.create();
        server = new RecordingServer();
        deleting = open(true);
        keeping = open(false);
    }

    private static S3SnapshotStore open(boolean delete) {
        return S3SnapshotStore.create(
                SnapshotSettings.from(ConfigFactory.parseMap(Map.of(
                                        "store.access-key", "NATIVE",
                                        "store.secret-key", "not-a-real-secret",
                                        "store.retry.min-backoff", "1 ms",
                                        "store.retry.repetitions", 1,
                                        "snapshots.endpoint", server.endpoint(),
                                        "snapshots.path-style", true,
                                        "snapshots.access-key", "SNAPSHOTS",
                                        "snapshots.secret-key", "not-a-real-secret-either",
                                        "snapshots.bucket", "kept",
                                        "snapshots.delete", delete))
                                .withFallback(ConfigFactory.defaultReference().getConfig("bakstripe.worker")))
                        .orElseThrow(),
                kit.system());
    }

    @BeforeEach
    void reset() {
        server.reset();
    }

    @AfterAll
    static void shutDown() {
        deleting.close();
        keeping.close();
        server.close();
        kit.shutdownTestKit();
    }

    @Test
    void liesInABucketOfItsOwnAndIsReachedWithKeysOfItsOwn() throws Exception {
        S3Arn file = keeping.file("prod/orders.bak");
        await(keeping.objects().head(file));

        assertThat(file).isEqualTo(new S3Arn("kept", "snapshots/prod/orders.bak"));
        assertThat(server.only("HeadObject").header("Authorization").orElseThrow())
                .contains("Credential=SNAPSHOTS/");
    }

    @Test
    void deletesWhereItMay() throws Exception {
        await(deleting.delete(deleting.file("old.bak")));

        assertThat(server.only("DeleteObject").path()).isEqualTo("/kept/snapshots/old.bak");
    }

    @Test
    void whatIsGoneAlreadyIsAsGoodAsDeleted() throws Exception {
        server.answerNext(Answer.error(404, "NoSuchKey", "gone"));

        await(deleting.delete(deleting.file("old.bak")));
    }

    @Test
    void asksAgainWithinItsBudget() throws Exception {
        server.answerNext(Answer.error(503, "SlowDown", "later"));
        await(deleting.delete(deleting.file("old.bak")));
        assertThat(server.requests()).hasSize(2);

        server.answerUsually(request -> Answer.error(503, "SlowDown", "later"));
        assertThat(problem(deleting.delete(deleting.file("old.bak"))).error()).isEqualTo(BackupError.STORE_UNREACHABLE);
    }

    @Test
    void namesTheRightThatIsMissing() {
        server.answerUsually(request -> Answer.error(403, "AccessDenied", "Access Denied"));

        assertThat(problem(deleting.delete(deleting.file("old.bak"))).hint()).contains("s3:DeleteObject");
    }

    @Test
    void deletesNothingWithoutTheRightToAndNothingElseWithIt() {
        assertThat(problem(keeping.delete(keeping.file("old.bak"))).error()).isEqualTo(BackupError.SNAPSHOT_KEPT);
        assertThat(problem(deleting.delete(new S3Arn("kept", "native/shop.bak")))
                        .error())
                .isEqualTo(BackupError.SNAPSHOT_KEPT);
        assertThat(problem(deleting.delete(new S3Arn("other", "snapshots/old.bak")))
                        .error())
                .isEqualTo(BackupError.SNAPSHOT_KEPT);

        assertThat(server.requests()).isEmpty();
    }
}
