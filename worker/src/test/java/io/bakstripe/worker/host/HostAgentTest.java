package io.bakstripe.worker.host;

import static io.bakstripe.worker.host.TestHost.ref;
import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Join;
import com.typesafe.config.ConfigFactory;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.instance.ServerConnection;
import io.bakstripe.protocol.message.HostCommand;
import io.bakstripe.protocol.message.HostCommand.HostReply;
import io.bakstripe.protocol.message.RestoreCommand.RestoreStep;
import io.bakstripe.protocol.name.AttemptRef;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.HostName;
import io.bakstripe.protocol.name.Lsn;
import io.bakstripe.protocol.name.TaskId;
import io.bakstripe.worker.engine.ConfiguredSources;
import io.bakstripe.worker.format.SampleStripe;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostAgentTest {
    private static final HostName HOST = new HostName("one");
    private static final AttemptRef ATTEMPT = new AttemptRef(TestHost.INSTANCE, new TaskId(7), 1);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    static Path data;

    private static TestHost host;
    private static ServerConnection running;
    private static ActorTestKit testKit;
    private static ClusterSharding sharding;

    @BeforeAll
    static void startNode() {
        host = new TestHost(data, TestHost.settings("bakstripe.worker.host.stop-servers-on-shutdown = true"));
        running = host.provision("running", "CREATE TABLE t AS SELECT 1 AS a");
        host.servers().stopAll();
        testKit = ActorTestKit.create(ConfigFactory.parseString("""
                        akka { loglevel = ERROR, stdout-loglevel = ERROR }
                        akka.actor.provider = cluster
                        akka.remote.artery.canonical { hostname = "127.0.0.1", port = 0 }
                        akka.cluster.roles = ["host-one"]
                        akka.cluster.jmx.enabled = off
                        akka.actor.serialization-bindings { "io.bakstripe.protocol.serialization.CborSerializable" = jackson-cbor }
                        """).withFallback(ConfigFactory.load()));
        Cluster cluster = Cluster.get(testKit.system());
        cluster.manager().tell(Join.create(cluster.selfMember().address()));
        sharding = ClusterSharding.get(testKit.system());
        HostAgent.init(sharding, testKit.system(), HOST, new HostDependencies(host.servers()));
    }

    @AfterAll
    static void stopsItsServersWithTheNodeAsConfigured() {
        try {
            assertThat(host.servers().connect(ref("running"))).isEqualTo(running);
            assertThat(host.directory(ref("running")).postmasterFile()).exists();

            testKit.shutdownTestKit();

            assertThat(host.directory(ref("running")).postmasterFile()).doesNotExist();
        } finally {
            host.close();
        }
    }

    @Test
    void tellsWhatItOffers() {
        TestProbe<HostReply> replies = testKit.createTestProbe();

        sharding.entityRefFor(HostCommand.key(HOST), HOST.value()).tell(new HostCommand.Describe(replies.getRef()));

        HostReply.Described described = replies.expectMessageClass(HostReply.Described.class, PATIENCE);
        assertThat(described.versions())
                .isEqualTo(host.servers().engineVersions().versions());
        assertThat(described.freeBytes()).isPositive();
    }

    @Test
    void startsItsServersWithTheNode() {
        Awaitility.await()
                .atMost(PATIENCE)
                .ignoreExceptions()
                .untilAsserted(() ->
                        assertThat(TestHost.column(running, "SELECT a FROM t")).containsExactly("1"));
    }

    @Test
    void tellsHowToReachAServer() throws Exception {
        HostReply reply = ConfiguredSources.throughSharding(sharding, PATIENCE)
                .connect(HOST, ref("RUNNING"))
                .toCompletableFuture()
                .get(60, TimeUnit.SECONDS);

        assertThat(reply)
                .isEqualTo(new HostReply.Connected(
                        running, host.servers().recoveryFork(ref("running")).map(UUID::toString)));
    }

    @Test
    void answersWithTheProblemWhenThereIsNoServer() {
        assertThat(ask(replyTo -> new HostCommand.Connect(ref("absent"), replyTo)))
                .isInstanceOfSatisfying(
                        HostReply.Failed.class,
                        failed -> assertThat(failed.problem().error()).isEqualTo(BackupError.DATABASE_UNKNOWN));
    }

    @Test
    void keepsNothingThatWasNotPreparedAndDropsWhatIsNotThere() {
        HostCommand.WrittenStep step = new HostCommand.WrittenStep(
                RestoreStep.Kind.FULL,
                SampleStripe.SET,
                SampleStripe.header(SampleStripe.SET, 1, 1).start(),
                new Lsn(1),
                Optional.empty(),
                Optional.empty());

        assertThat(ask(replyTo ->
                        new HostCommand.Keep(ref("absent"), new DatabaseName("absent"), ATTEMPT, step, replyTo)))
                .isInstanceOfSatisfying(
                        HostReply.Failed.class,
                        failed -> assertThat(failed.problem().error()).isEqualTo(BackupError.RESTORE_NEEDS_FULL));
        assertThat(ask(replyTo -> new HostCommand.StandBy(ref("running"), replyTo)))
                .isInstanceOfSatisfying(
                        HostReply.Failed.class,
                        failed ->
                                assertThat(failed.problem().error()).isEqualTo(BackupError.NOT_READY_TO_ROLL_FORWARD));
        assertThat(ask(replyTo -> new HostCommand.Drop(ref("running"), replyTo)))
                .isInstanceOfSatisfying(
                        HostReply.Failed.class,
                        failed -> assertThat(failed.problem().error()).isEqualTo(BackupError.NOT_RESTORING));
        assertThat(ask(replyTo -> new HostCommand.Drop(ref("absent"), replyTo))).isEqualTo(new HostReply.Dropped());
    }

    @Test
    void swapsAndDropsNothingWhereNothingIsKept() {
        assertThat(ask(replyTo -> new HostCommand.SwapBack(ref("running"), "another history", replyTo)))
                .isInstanceOfSatisfying(HostReply.Swapped.class, swapped -> {
                    assertThat(swapped.kept()).isEmpty();
                    assertThat(swapped.problem().orElseThrow().error()).isEqualTo(BackupError.KEPT_CHANGED);
                });
        assertThat(ask(replyTo -> new HostCommand.DropKept(ref("running"), replyTo)))
                .isEqualTo(new HostReply.Dropped());
        assertThat(host.servers().connect(ref("running"))).isEqualTo(running);
    }

    @Test
    void tellsHowToReachADatabaseWhileItsReplacementOpens(@TempDir Path folder) throws Exception {
        try (TestHost own = new TestHost(folder)) {
            ServerConnection living = own.provision("living", "CREATE TABLE t (a int)");
            ChainSource source = new ChainSource(living, own.pgdata("living"));
            CountDownLatch opened = new CountDownLatch(1);
            CompletableFuture<Boolean> goOn = new CompletableFuture<>();
            ManagedServers slow = own.watched(step -> {
                if (step == Replacements.Step.OPENED) {
                    opened.countDown();
                    goOn.join();
                }
            });
            ActorRef<HostCommand> agent = testKit.spawn(HostAgent.create(new HostDependencies(slow)));
            source.full(slow.prepare(ref("living"), ATTEMPT, RestoreStep.Kind.REPLACEMENT, Optional.empty()));
            TestProbe<HostReply> opener = testKit.createTestProbe();
            TestProbe<HostReply> asker = testKit.createTestProbe();

            agent.tell(new HostCommand.Open(
                    ref("living"), new DatabaseName("living"), ATTEMPT, "living", opener.getRef()));
            assertThat(opened.await(60, TimeUnit.SECONDS)).isTrue();
            agent.tell(new HostCommand.Connect(ref("living"), asker.getRef()));

            assertThat(asker.expectMessageClass(HostReply.Connected.class, PATIENCE)
                            .connection())
                    .isEqualTo(living);
            goOn.complete(true);
            HostReply.Connected replaced = opener.expectMessageClass(HostReply.Connected.class, PATIENCE);
            assertThat(replaced.connection()).isEqualTo(living);
            assertThat(replaced.kept()).isPresent();
        }
    }

    @Test
    void doesOneThingAfterTheOtherForADatabase() {
        TestProbe<HostReply> probe = testKit.createTestProbe();
        tell(new HostCommand.Prepare(ref("line"), ATTEMPT, RestoreStep.Kind.FULL, Optional.empty(), probe.ref()));
        tell(new HostCommand.Open(ref("line"), new DatabaseName("line"), ATTEMPT, "x", probe.ref()));
        tell(new HostCommand.Discard(ref("line"), ATTEMPT, probe.ref()));

        HostReply.Prepared prepared = probe.expectMessageClass(HostReply.Prepared.class, PATIENCE);
        HostReply.Failed failed = probe.expectMessageClass(HostReply.Failed.class, PATIENCE);
        probe.expectMessageClass(HostReply.Discarded.class, PATIENCE);

        assertThat(failed.problem().error()).isEqualTo(BackupError.MANIFEST_MISMATCH);
        assertThat(Files.exists(Path.of(prepared.directory()))).isFalse();
        assertThat(host.directory(ref("line")).data()).doesNotExist();
    }

    private static HostReply ask(java.util.function.Function<ActorRef<HostReply>, HostCommand> command) {
        TestProbe<HostReply> probe = testKit.createTestProbe();
        tell(command.apply(probe.ref()));
        return probe.receiveMessage(PATIENCE);
    }

    private static void tell(HostCommand command) {
        sharding.entityRefFor(HostCommand.key(HOST), HOST.value()).tell(command);
    }
}
