package io.bakstripe.worker.preflight;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.message.PreflightCommand.CheckRestore;
import io.bakstripe.protocol.message.PreflightCommand.PreflightReply;
import io.bakstripe.protocol.message.PreflightCommand.PreflightReply.Passed;
import io.bakstripe.protocol.message.PreflightCommand.PreflightReply.Refused;
import io.bakstripe.protocol.message.PreflightMessage;
import io.bakstripe.protocol.name.BackupSetId;
import io.bakstripe.protocol.name.HostName;
import io.bakstripe.protocol.name.Lsn;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.name.SnapshotId;
import io.bakstripe.protocol.procedure.BackupType;
import io.bakstripe.protocol.procedure.Recovery;
import io.bakstripe.protocol.procedure.RestoreRequest;
import io.bakstripe.protocol.stripe.StartFacts;
import io.bakstripe.protocol.stripe.StopFacts;
import io.bakstripe.protocol.stripe.Storage;
import io.bakstripe.worker.engine.EngineVersions;
import io.bakstripe.worker.engine.RestoreHost;
import io.bakstripe.worker.format.Mode;
import io.bakstripe.worker.format.StripeHeader;
import io.bakstripe.worker.format.StripeTrailer;
import io.bakstripe.worker.restore.FoundSet;
import io.bakstripe.worker.restore.SetFinder;
import io.bakstripe.worker.store.MemoryObjectStore;
import io.bakstripe.worker.store.ObjectStore.StoredObject;
import io.bakstripe.worker.store.StoreAccess;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** What is checked before a restore becomes a task. */
class PreflightOfRestoresTest {
    private static final ActorTestKit KIT = PreflightTest.startKit();
    private static final BackupSetId SET = new BackupSetId(new UUID(0, 7));

    private final MemoryObjectStore store = new MemoryObjectStore().withBucket(PreflightTest.BUCKET, "eu-north-1");
    private final TestProbe<PreflightReply> probe = KIT.createTestProbe();
    private final TestSources sources = new TestSources();
    private CompletionStage<FoundSet> found = CompletableFuture.failedFuture(
            BackupError.FILE_UNKNOWN.problem("nothing").asException());
    private Duration limit = Duration.ofSeconds(5);
    private final List<StoreAccess> asked = new CopyOnWriteArrayList<>();

    @AfterAll
    static void shutDown() {
        KIT.shutdownTestKit();
    }

    private ActorRef<PreflightMessage> preflight() {
        SetFinder finder = from -> found;
        PreflightSettings settings = new PreflightSettings(limit, true, true, 10);
        return KIT.spawn(Preflight.create(new PreflightDependencies(
                access -> {
                    asked.add(access);
                    return store;
                },
                sources,
                any -> finder,
                settings,
                InstantSource.system())));
    }

    private Problem refusal() {
        return probe.expectMessageClass(Refused.class, Duration.ofSeconds(10)).problem();
    }

    private CheckRestore check() {
        return new CheckRestore(
                PreflightTest.VIEW,
                new RestoreRequest(PreflightTest.SHOP, PreflightTest.file("shop*.bak")),
                probe.getRef());
    }

    @Test
    void passesWithTheSizeOfTheSet() {
        FoundSet there = set("postgresql");
        found = CompletableFuture.completedStage(there);

        preflight().tell(check());

        probe.expectMessage(new Passed(777, List.of(), Optional.of(there.facts())));
    }

    /** Where the service keeps its own snapshots is its operator's choice: the bucket of this one lies in another region, and is not asked about. */
    @Test
    void looksForTheFilesOfASnapshotInTheStorageOfSnapshots() {
        FoundSet there = set("postgresql");
        found = CompletableFuture.completedStage(there);
        S3Arn files = S3Arn.parse("arn:aws:s3:::elsewhere/sandbox/snapshot.bak");

        preflight()
                .tell(new CheckRestore(
                        PreflightTest.VIEW,
                        RestoreRequest.ofSnapshot(PreflightTest.SHOP, new SnapshotId(new UUID(0, 9)), files),
                        probe.getRef()));

        probe.expectMessage(new Passed(777, List.of(), Optional.of(there.facts())));
        assertThat(asked)
                .isNotEmpty()
                .containsOnly(StoreAccess.of(PreflightTest.VIEW).in(Storage.SNAPSHOTS));
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
        sources.host = host(777, "15", "18");
        found = CompletableFuture.completedStage(set("postgresql"));

        preflight().tell(check());

        probe.expectMessageClass(Passed.class);
    }

    @Test
    void refusesASetOfAVersionThatTheHostLacks() {
        sources.host = host(777, "13", "15", "17");
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
        sources.host = new CompletableFuture<>();
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

    @Test
    void warnsOfASetFromAnotherTimeZone() {
        found = CompletableFuture.completedFuture(set("postgresql", Optional.empty(), "Asia/Tokyo", BackupType.FULL));

        preflight().tell(check());

        assertThat(probe.expectMessageClass(Passed.class).warnings())
                .containsExactly(
                        "Warning: the backup was made on an instance in time zone Asia/Tokyo, and this instance is in"
                                + " UTC. Times are restored as they are.");
    }

    @Test
    void takesNamesOfOneTimeZoneForTheSame() {
        found = CompletableFuture.completedFuture(set("postgresql", Optional.empty(), "Etc/UTC", BackupType.FULL));

        preflight().tell(check());

        assertThat(probe.expectMessageClass(Passed.class).warnings()).isEmpty();
    }

    /** Which set may follow which is for the database's coordinator to say, which knows what was restored before. */
    @Test
    void tellsWhatTheFilesHoldWhateverTheCallWants() {
        found = CompletableFuture.completedFuture(set("postgresql", Optional.empty(), "UTC", BackupType.LOG));

        preflight().tell(check());

        assertThat(probe.expectMessageClass(Passed.class).set().orElseThrow().type())
                .isEqualTo(BackupType.LOG);
    }

    @Test
    void passesALogToACallThatRestoresOne() {
        FoundSet log = set("postgresql", Optional.empty(), "UTC", BackupType.LOG);
        found = CompletableFuture.completedFuture(log);

        preflight()
                .tell(new CheckRestore(
                        PreflightTest.VIEW,
                        new RestoreRequest(
                                PreflightTest.SHOP,
                                BackupType.LOG,
                                PreflightTest.file("shop*.bak"),
                                Recovery.NORECOVERY,
                                Optional.empty()),
                        probe.getRef()));

        assertThat(probe.expectMessageClass(Passed.class).set()).contains(log.facts());
    }

    @Test
    void refusesASetThatHasNoRoomOnTheHost() {
        sources.host = host(776, "18");
        found = CompletableFuture.completedStage(set("postgresql"));

        preflight().tell(check());

        Problem problem = refusal();
        assertThat(problem.error()).isEqualTo(BackupError.SPACE_SHORT);
        assertThat(problem.detail()).contains("volume 'east'", "requires 777 additional", "only 776 bytes");
    }

    private static CompletionStage<Optional<RestoreHost>> host(long freeBytes, String... versions) {
        return CompletableFuture.completedStage(
                Optional.of(new RestoreHost(new HostName("east"), new EngineVersions(List.of(versions)), freeBytes)));
    }

    private static FoundSet set(String engine) {
        return set(engine, Optional.empty());
    }

    private static FoundSet set(String engine, Optional<Long> damagedPages) {
        return set(engine, damagedPages, "UTC", BackupType.FULL);
    }

    private static FoundSet set(String engine, Optional<Long> damagedPages, String timeZone, BackupType type) {
        StopFacts stop =
                new StopFacts(new Lsn(2), Instant.EPOCH, 1, 777, damagedPages, Optional.empty(), Optional.empty());
        StripeHeader header = new StripeHeader(
                SET,
                1,
                1,
                type,
                "main",
                PreflightTest.SHOP,
                "Enterprise",
                "simple",
                new StartFacts(engine, "18", "1", 1, new Lsn(1), 1, timeZone, "shop", Optional.empty(), Instant.EPOCH),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                "test",
                Instant.EPOCH);
        return new FoundSet(
                List.of(new FoundSet.FoundStripe(
                        new StoredObject(PreflightTest.file("shop1-of-1.bak"), 1, "e", Map.of()),
                        Mode.PLAIN,
                        header,
                        new StripeTrailer(SET, 1, 1, stop, List.of()))),
                stop);
    }
}
