package io.bakstripe.worker.session;

import static io.bakstripe.worker.session.SessionFixture.tick;
import static io.bakstripe.worker.session.SessionFixture.tickOpened;
import static io.bakstripe.worker.session.SessionFixture.tickPublished;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import com.typesafe.config.ConfigFactory;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.message.DatabaseCommand;
import io.bakstripe.protocol.message.DatabaseCommand.EngineStopped;
import io.bakstripe.protocol.message.DatabaseCommand.SessionEnded;
import io.bakstripe.protocol.message.DatabaseCommand.SessionFailed;
import io.bakstripe.protocol.message.DatabaseCommand.SessionOpened;
import io.bakstripe.protocol.message.SessionCommand.Ensure;
import io.bakstripe.protocol.message.SessionCommand.FetchSlices;
import io.bakstripe.protocol.message.SessionCommand.SessionGoal;
import io.bakstripe.protocol.message.SessionCommand.SessionSpec;
import io.bakstripe.protocol.message.SessionCommand.SlicesReply;
import io.bakstripe.protocol.message.SessionMessage;
import io.bakstripe.protocol.name.BackupSetId;
import io.bakstripe.protocol.name.Lsn;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.stripe.BackupBasis;
import io.bakstripe.protocol.stripe.DifferentialBase;
import io.bakstripe.protocol.stripe.Extent;
import io.bakstripe.protocol.stripe.ExtentKind;
import io.bakstripe.protocol.stripe.KeptLog;
import io.bakstripe.protocol.stripe.PlanKind;
import io.bakstripe.protocol.stripe.StartFacts;
import io.bakstripe.worker.engine.BackupOrder;
import io.bakstripe.worker.engine.BaseFiles;
import io.bakstripe.worker.engine.BlockRuns;
import io.bakstripe.worker.format.Codec;
import io.bakstripe.worker.format.ManifestPage;
import io.bakstripe.worker.format.SampleStripe;
import io.bakstripe.worker.store.MemoryObjectStore;
import io.bakstripe.worker.store.Stores;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Sessions of backups that go on from others, and of those that others go on from. */
class ChainedSessionTest {
    private static final ActorTestKit KIT = ActorTestKit.create(
            "chained-session",
            ConfigFactory.parseString("akka.loglevel = ERROR").withFallback(ConfigFactory.load()));
    private static final BackupSetId SET = SampleStripe.SET;
    private static final S3Arn FULL = new S3Arn("backups", "full.bak");

    private final FakeDatabase database = new FakeDatabase();
    private final MemoryObjectStore store = new MemoryObjectStore().withBucket("backups", "us-east-1");
    private final TestProbe<DatabaseCommand> coordinator = KIT.createTestProbe();
    private final TestProbe<ClusterSharding.ShardCommand> shard = KIT.createTestProbe();

    @AfterAll
    static void shutDown() {
        KIT.shutdownTestKit();
    }

    @BeforeEach
    void fill() {
        SessionFixture.fill(database);
    }

    private ActorRef<SessionMessage> session(Duration patience) {
        SessionSettings settings = new SessionSettings(Duration.ofMinutes(5), patience, 8192, 4096);
        return KIT.spawn(BackupSession.create(
                SessionFixture.ATTEMPT,
                shard.getRef(),
                new SessionDependencies(
                        database,
                        Stores.only(store),
                        (ref, report) -> coordinator.getRef().tell(report),
                        settings)));
    }

    private ActorRef<SessionMessage> session() {
        return session(Duration.ofMinutes(5));
    }

    private void putFull(boolean located) {
        SampleStripe stripe = new SampleStripe(SET, 1, 1, Codec.ZSTD)
                .manifest(ManifestPage.encodeEntries(List.of(
                        new ManifestPage.Entry(true, "base/5", 0),
                        new ManifestPage.Entry(false, "base/5/1", 8192),
                        new ManifestPage.Entry(false, "base/5/2", 16_384))));
        store.put(
                FULL,
                located ? stripe.finishLocated(SampleStripe.stop(3, 1)) : stripe.finish(SampleStripe.stop(3, 1)),
                Map.of());
    }

    private static Ensure open(DifferentialBase base) {
        SessionSpec full = SessionFixture.SPEC;
        SessionSpec spec = new SessionSpec(
                full.attempt(),
                full.database(),
                full.display(),
                full.view(),
                full.stripes(),
                BackupBasis.differential(base));
        return new Ensure(1, spec, SessionGoal.OPEN, Optional.empty(), Optional.empty());
    }

    private static DifferentialBase base() {
        StartFacts start = SampleStripe.header(SET, 1, 1).start();
        return new DifferentialBase(SET, List.of(FULL), start, new Lsn(4096));
    }

    private Problem refusal(DifferentialBase base) {
        session().tell(open(base));
        return coordinator.expectMessageClass(SessionFailed.class).problem();
    }

    @Test
    void tellsTheEngineWhatTheBaseHolds() {
        putFull(true);

        session().tell(open(base()));

        coordinator.expectMessageClass(SessionOpened.class);
        BackupOrder ordered = Objects.requireNonNull(database.ordered);
        BaseFiles files = ordered.baseFiles().orElseThrow();
        assertThat(files.count()).isEqualTo(2);
        assertThat(files.size("base/5/2")).hasValue(16_384);
        assertThat(files.size("base/5")).isEmpty();
    }

    @Test
    void plansOnlyTheBlocksThatChanged() {
        putFull(true);
        BitSet blocks = new BitSet();
        blocks.set(1, 3);
        blocks.set(7);
        database.changed.put("base/5/3", new BlockRuns(blocks, 8192));
        database.changed.put("base/5/4", new BlockRuns(new BitSet(), 8192));
        ActorRef<SessionMessage> session = session();

        session.tell(open(base()));
        SessionOpened opened = coordinator.expectMessageClass(SessionOpened.class);

        List<Extent> plan = plan(session);
        long planned = plan.stream().mapToLong(Extent::length).sum();
        assertThat(plan.stream().filter(extent -> extent.path().equals("base/5/3")))
                .containsExactlyInAnyOrder(
                        Extent.file("base/5/3", 8192, 16_384), Extent.file("base/5/3", 7 * 8192, 8192));
        assertThat(plan).noneMatch(extent -> extent.path().equals("base/5/4"));
        assertThat(opened.stripeBytes().stream().mapToLong(Long::longValue).sum())
                .isEqualTo(planned);
        List<ManifestPage.Entry> manifest = plan.stream()
                .filter(extent -> extent.kind() == ExtentKind.MANIFEST)
                .flatMap(page -> ManifestPage.decode(page.content()).stream())
                .toList();
        assertThat(manifest)
                .hasSize(31)
                .contains(
                        new ManifestPage.Entry(false, "base/5/3", 200_003, OptionalLong.of(24_576)),
                        new ManifestPage.Entry(false, "base/5/4", 200_004, OptionalLong.of(0)),
                        new ManifestPage.Entry(false, "base/5/5", 200_005));
    }

    private List<Extent> plan(ActorRef<SessionMessage> session) {
        List<Extent> extents = new ArrayList<>();
        for (int stripe = 1; stripe <= SessionFixture.SPEC.stripes(); stripe++) {
            for (int page = 0; ; page++) {
                TestProbe<SlicesReply> worker = KIT.createTestProbe();
                session.tell(new FetchSlices(stripe, PlanKind.DATA, page, worker.getRef()));
                SlicesReply.Slices slices = worker.expectMessageClass(SlicesReply.Slices.class);
                extents.addAll(slices.extents());
                if (slices.last()) {
                    break;
                }
            }
        }
        return extents;
    }

    @Test
    void refusesABaseThatIsNotInTheStoreAnyMore() {
        assertThat(refusal(base()).error()).isEqualTo(BackupError.NO_DIFFERENTIAL_BASE);
        store.put(FULL, new byte[100], Map.of());
        assertThat(refusal(base()).error()).isEqualTo(BackupError.NO_DIFFERENTIAL_BASE);
        putFull(false);
        assertThat(refusal(base()).hint()).contains("noted too little");
        putFull(true);
        StartFacts later = SampleStripe.header(SET, 1, 1).start();
        DifferentialBase other = new DifferentialBase(
                SET,
                List.of(FULL),
                new StartFacts(
                        later.engine(),
                        later.engineVersion(),
                        later.systemIdentifier(),
                        later.timeline(),
                        new Lsn(1),
                        later.segmentBytes(),
                        later.timeZone(),
                        later.dbname(),
                        later.recoveryFork(),
                        later.startedAt()),
                new Lsn(4096));
        assertThat(refusal(other).hint()).contains("another backup");
        assertThat(database.opens).hasValue(0);
    }

    @Test
    void tellsAStoreThatDoesNotAnswerFromABaseThatIsGone() {
        putFull(true);
        store.fail(MemoryObjectStore.Call.HEAD, BackupError.STORE_UNREACHABLE.problem("timeout"));

        assertThat(refusal(base()).error()).isEqualTo(BackupError.STORE_UNREACHABLE);
    }

    @Test
    void passesOnWhatTheEngineSaysOfItsStop() {
        KeptLog kept = new KeptLog(new Lsn(0), true);
        database.keptLog = Optional.of(kept);
        database.serverTime = Optional.of(Instant.EPOCH.plusSeconds(59));
        ActorRef<SessionMessage> session = session();
        session.tell(tick(1, SessionGoal.OPEN));
        coordinator.expectMessageClass(SessionOpened.class);

        session.tell(tickOpened(1, SessionGoal.STOP_ENGINE));

        EngineStopped stopped = coordinator.expectMessageClass(EngineStopped.class);
        assertThat(stopped.facts().keptLog()).contains(kept);
        assertThat(stopped.facts().serverTime()).contains(Instant.EPOCH.plusSeconds(59));
    }

    @Test
    void givesLogBackBeforeItEndsEvenWhenItIsFresh() {
        session().tell(tickPublished(3));

        assertThat(coordinator.expectMessageClass(SessionEnded.class).epoch()).isEqualTo(3);
        assertThat(database.givenBack).containsExactly(new Lsn(4096));
        assertThat(database.opens).hasValue(0);
    }

    @Test
    void givesNothingBackOfWhatIsNotPublished() {
        ActorRef<SessionMessage> session = session();
        session.tell(tick(1, SessionGoal.OPEN));
        coordinator.expectMessageClass(SessionOpened.class);

        session.tell(tickOpened(1, SessionGoal.END));

        coordinator.expectMessageClass(SessionEnded.class);
        assertThat(database.givenBack).isEmpty();
    }

    @Test
    void asksAgainWhileTheServerDoesNotAnswer() {
        database.refuseGiveBack = BackupError.DATABASE_UNREACHABLE.problem("shop", "refused");
        ActorRef<SessionMessage> session = session();
        session.tell(tickPublished(1));
        coordinator.expectNoMessage(Duration.ofMillis(200));

        database.refuseGiveBack = null;

        await().untilAsserted(() -> {
            session.tell(tickPublished(2));
            assertThat(database.givenBack).isNotEmpty();
        });
        coordinator.expectMessageClass(SessionEnded.class);
    }

    @Test
    void endsAllTheSameWhenTheServerNeverAnswers() {
        database.refuseGiveBack = BackupError.DATABASE_UNREACHABLE.problem("shop", "refused");
        ActorRef<SessionMessage> session = session(Duration.ofMillis(100));
        session.tell(tickPublished(1));
        coordinator.expectNoMessage(Duration.ofMillis(200));

        session.tell(tickPublished(2));

        coordinator.expectMessageClass(SessionEnded.class);
        assertThat(database.givenBack).isEmpty();
    }
}
