package io.bakstripe.worker.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.LoggingTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import akka.actor.typed.receptionist.Receptionist;
import com.typesafe.config.ConfigFactory;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.message.SnapshotFilesCommand;
import io.bakstripe.protocol.message.SnapshotFilesCommand.Remove;
import io.bakstripe.protocol.message.SnapshotFilesCommand.SnapshotFilesReply;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.name.SnapshotId;
import io.bakstripe.worker.store.MemoryObjectStore;
import io.bakstripe.worker.store.ObjectStore;
import io.bakstripe.worker.store.SnapshotStore;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentSkipListSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Deleting the files of a snapshot. */
class SnapshotFilesTest {
    private static final ActorTestKit KIT =
            ActorTestKit.create(ConfigFactory.parseString("akka.loglevel = WARNING\nakka.actor.provider = local")
                    .withFallback(ConfigFactory.defaultReference())
                    .resolve());
    private static final SnapshotId SNAPSHOT = new SnapshotId(new UUID(5, 1));
    private static final List<S3Arn> FILES = List.of(
            S3Arn.parse("arn:aws:s3:::snaps/1-of-3.bak"),
            S3Arn.parse("arn:aws:s3:::snaps/2-of-3.bak"),
            S3Arn.parse("arn:aws:s3:::snaps/3-of-3.bak"));

    private final Storage storage = new Storage();
    private final TestProbe<SnapshotFilesReply> probe = KIT.createTestProbe();
    private final ActorRef<SnapshotFilesCommand> files = KIT.spawn(SnapshotFiles.create(storage));

    /** Names of files; some cannot be deleted. */
    private static final class Storage implements SnapshotStore {
        private final Set<String> there =
                new ConcurrentSkipListSet<>(List.of("1-of-3.bak", "2-of-3.bak", "3-of-3.bak", "another.bak"));
        private final Map<String, RuntimeException> refused = new HashMap<>();

        @Override
        public ObjectStore objects() {
            return new MemoryObjectStore();
        }

        @Override
        public S3Arn file(String name) {
            return new S3Arn("snaps", name);
        }

        @Override
        public CompletionStage<Void> delete(S3Arn file) {
            RuntimeException refusal = refused.get(file.key());
            if (refusal != null) {
                return CompletableFuture.failedStage(refusal);
            }
            there.remove(file.key());
            return CompletableFuture.completedStage(null);
        }

        @Override
        public void close() {}
    }

    @AfterAll
    static void shutDown() {
        KIT.shutdownTestKit();
    }

    private SnapshotFilesReply remove() {
        files.tell(new Remove(SNAPSHOT, FILES, probe.getRef()));
        return probe.receiveMessage();
    }

    @Test
    void isFoundThroughTheReceptionist() {
        TestProbe<Receptionist.Listing> listing = KIT.createTestProbe();

        KIT.system().receptionist().tell(Receptionist.subscribe(SnapshotFilesCommand.SERVICE, listing.getRef()));

        listing.awaitAssert(() -> assertThat(listing.receiveMessage().getServiceInstances(SnapshotFilesCommand.SERVICE))
                .contains(files));
    }

    @Test
    void deletesTheSnapshotsFilesAndNoOther() {
        assertThat(remove()).isEqualTo(new SnapshotFilesReply.Removed());

        assertThat(storage.there).containsExactly("another.bak");
    }

    @Test
    void isSafeToRepeat() {
        remove();

        assertThat(remove()).isEqualTo(new SnapshotFilesReply.Removed());
    }

    @Test
    void oneThatIsHalfDeletedIsDeletedWhollyTheNextTime() {
        storage.refused.put(
                "2-of-3.bak",
                BackupError.ACCESS_DENIED.problem("s3:DeleteObject").asException());

        assertThat(((SnapshotFilesReply.Failed) remove()).problem().error()).isEqualTo(BackupError.ACCESS_DENIED);
        assertThat(storage.there).containsExactly("2-of-3.bak", "3-of-3.bak", "another.bak");

        storage.refused.clear();
        assertThat(remove()).isEqualTo(new SnapshotFilesReply.Removed());
        assertThat(storage.there).containsExactly("another.bak");
    }

    @Test
    void aDefectIsAnsweredAndLogged() {
        storage.refused.put("1-of-3.bak", new IllegalStateException("a defect"));

        LoggingTestKit.error("failed unexpectedly").expect(KIT.system(), () -> {
            assertThat(((SnapshotFilesReply.Failed) remove()).problem().error()).isEqualTo(BackupError.INTERNAL);
            return null;
        });
    }
}
