package io.bakstripe.worker.restore;

import static io.bakstripe.worker.host.TestHost.column;
import static io.bakstripe.worker.host.TestHost.execute;
import static io.bakstripe.worker.host.TestHost.ref;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import akka.persistence.testkit.PersistenceTestKitPlugin;
import com.typesafe.config.ConfigFactory;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.instance.Edition;
import io.bakstripe.protocol.instance.InstanceDefinition;
import io.bakstripe.protocol.instance.InstanceView;
import io.bakstripe.protocol.instance.ServerConnection;
import io.bakstripe.protocol.message.DatabaseCommand.RestoreReport;
import io.bakstripe.protocol.message.DatabaseCommand.RestoreState;
import io.bakstripe.protocol.message.HostCommand;
import io.bakstripe.protocol.message.HostCommand.WrittenStep;
import io.bakstripe.protocol.message.RestoreCommand;
import io.bakstripe.protocol.message.RestoreCommand.Ensure;
import io.bakstripe.protocol.message.RestoreCommand.RestoreGoal;
import io.bakstripe.protocol.message.RestoreCommand.RestoreSpec;
import io.bakstripe.protocol.message.RestoreCommand.RestoreStep;
import io.bakstripe.protocol.message.RestoreCommand.RestoreStep.Kind;
import io.bakstripe.protocol.name.AttemptRef;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.HostName;
import io.bakstripe.protocol.name.Lsn;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.name.TaskId;
import io.bakstripe.protocol.procedure.BackupType;
import io.bakstripe.worker.budget.ByteBudget;
import io.bakstripe.worker.host.ChainSource;
import io.bakstripe.worker.host.IntegrityCheck;
import io.bakstripe.worker.host.PostgresRelease;
import io.bakstripe.worker.host.PostgresReleases;
import io.bakstripe.worker.host.TestHost;
import io.bakstripe.worker.store.MemoryObjectStore;
import io.bakstripe.worker.store.Stores;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Whole sequences by restore workers and a host's agent, of sets made by hand, beside the server that they were made of. */
@ParameterizedClass
@MethodSource(PostgresReleases.EACH)
final class ChainRestoreTest {
    private static final ActorTestKit KIT =
            ActorTestKit.create(PersistenceTestKitPlugin.getInstance().config().withFallback(ConfigFactory.load()));
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final HostName HOST = new HostName("one");
    private static final S3Arn FULL = SampleSet.arn("full.bak");
    private static final S3Arn DIFFERENTIAL = SampleSet.arn("differential.bak");
    private static final S3Arn LOG = SampleSet.arn("log.bak");
    private static final String CONTENTS = "SELECT md5(string_agg(t::text, ',' ORDER BY t::text)) FROM %s t";

    @TempDir
    static Path parent;

    @Parameter
    PostgresRelease release;

    private static final MemoryObjectStore STORE = SampleSet.emptyStore();
    private static TestHost host;
    private static ActorRef<HostCommand> agent;
    private static WrittenStep full;
    private static WrittenStep differential;
    private static WrittenStep log;
    private static String expected;
    private static String logged;
    private static int task;

    private final TestProbe<RestoreReport> reports = KIT.createTestProbe(RestoreReport.class);

    @BeforeParameterizedClassInvocation
    static void makeSets(PostgresRelease release) throws Exception {
        Path folder = Files.createDirectory(parent.resolve(release.toString()));
        Path spaces = Files.createDirectories(folder.resolve("spaces of the source"));
        host = new TestHost(folder.resolve("host"), release);
        agent = KIT.spawn(host.agent());
        ServerConnection shop = host.provision(
                "shop",
                "CREATE TABLE rows AS SELECT i, md5(i::text) AS text FROM generate_series(1, 20000) i",
                "CREATE INDEX ON rows (text)",
                "CREATE TABLE shrinks AS SELECT i, repeat('x', 100) AS text FROM generate_series(1, 20000) i",
                "CREATE TABLE dropped AS SELECT i FROM generate_series(1, 5000) i");
        execute(
                shop,
                "CREATE TABLESPACE space LOCATION '" + Files.createDirectory(spaces.resolve("a")) + "'",
                "CREATE TABLE placed TABLESPACE space AS SELECT i FROM generate_series(1, 5000) i",
                "CREATE DATABASE doomed",
                "CHECKPOINT");
        ChainSource source = new ChainSource(shop, host.pgdata("shop"));
        Path first = Files.createDirectory(folder.resolve("full"));
        full = source.full(first);
        HandMadeSet.put(STORE, FULL, BackupType.FULL, full, first);
        execute(
                shop,
                "UPDATE rows SET text = 'changed' WHERE i % 1000 = 0",
                "DELETE FROM shrinks WHERE i > 100",
                "VACUUM shrinks",
                "DROP TABLE dropped",
                "DROP DATABASE doomed",
                "CREATE TABLE made AS SELECT i FROM generate_series(1, 3000) i",
                "INSERT INTO placed SELECT generate_series(5001, 9000)",
                "CREATE TABLESPACE second LOCATION '" + Files.createDirectory(spaces.resolve("b")) + "'",
                "CREATE TABLE other TABLESPACE second AS SELECT i FROM generate_series(1, 3000) i");
        Path second = Files.createDirectory(folder.resolve("second"));
        WrittenStep again = source.copy(
                second,
                () -> execute(shop, "UPDATE rows SET text = 'during' WHERE i = 7", "INSERT INTO made VALUES (0)"));
        differential = new WrittenStep(
                Kind.DIFFERENTIAL, again.set(), again.start(), again.lastLsn(), again.lastCommit(), Optional.empty());
        HandMadeSet.putDifferential(STORE, DIFFERENTIAL, differential, first, second);
        expected = contents(shop);
        execute(shop, "INSERT INTO rows VALUES (0, 'logged')", "DELETE FROM placed WHERE i % 2 = 0");
        Path third = Files.createDirectory(folder.resolve("log"));
        log = source.log(third);
        HandMadeSet.put(STORE, LOG, BackupType.LOG, log, third);
        logged = contents(shop);
    }

    @AfterParameterizedClassInvocation
    static void stopSource() {
        host.close();
        KIT.stop(agent);
    }

    @AfterAll
    static void stopKit() {
        KIT.shutdownTestKit();
    }

    @Test
    void rollsAFullBackupForwardByADifferentialAndALog() throws Exception {
        RestoreReport first = step("chain", Kind.FULL, FULL, Optional.empty(), RestoreGoal.KEEP);
        RestoreReport second = step("chain", Kind.DIFFERENTIAL, DIFFERENTIAL, position(first), RestoreGoal.KEEP);
        assertThat(second.touched()).isFalse();
        assertThat(position(second)).contains(differential.lastLsn());
        RestoreReport third = step("chain", Kind.LOG, LOG, position(second), RestoreGoal.KEEP);
        assertThat(position(third)).contains(log.lastLsn());

        finish("chain", third);

        assertThat(contents(connect("chain"))).isEqualTo(logged);
        assertThat(column(connect("chain"), "SELECT to_regclass('dropped')")).containsExactly((String) null);
        IntegrityCheck.passes(host, "chain");
    }

    @Test
    void opensWhatADifferentialBroughtInOneTask() throws Exception {
        RestoreReport first = step("opened", Kind.FULL, FULL, Optional.empty(), RestoreGoal.KEEP);
        ActorRef<RestoreCommand> worker = begin("opened", Kind.DIFFERENTIAL, DIFFERENTIAL, position(first));
        Ensure ensure = ensure("opened", Kind.DIFFERENTIAL, DIFFERENTIAL, position(first), RestoreGoal.KEEP);
        await(RestoreState.APPLIED);
        worker.tell(ensure);
        await(RestoreState.KEPT);
        worker.tell(new Ensure(1, ensure.spec(), RestoreGoal.OPEN));
        await(RestoreState.OPENED);

        assertThat(contents(connect("opened"))).isEqualTo(expected);
        assertThat(column(connect("opened"), "SELECT count(*) FROM pg_database WHERE datname = 'doomed'"))
                .containsExactly("0");
        IntegrityCheck.passes(host, "opened");
    }

    @Test
    void mendsADatabaseThatACorruptDifferentialTouchedByTheSameOne() throws Exception {
        RestoreReport first = step("corrupt", Kind.FULL, FULL, Optional.empty(), RestoreGoal.KEEP);
        byte[] good = STORE.bytes(DIFFERENTIAL).orElseThrow();
        byte[] bad = good.clone();
        bad[bad.length * 3 / 4] ^= 1;
        S3Arn file = SampleSet.arn("corrupt-" + release + ".bak");
        STORE.put(file, bad, Map.of());

        ActorRef<RestoreCommand> worker = begin("corrupt", Kind.DIFFERENTIAL, file, position(first));
        RestoreReport failed = await(RestoreState.FAILED);
        assertThat(failed.problem().map(Problem::error)).contains(BackupError.FILE_DAMAGED);
        assertThat(failed.problem().map(Problem::detail))
                .hasValueSatisfying(text -> assertThat(text).contains(file.toString()));
        assertThat(failed.touched()).isTrue();
        worker.tell(ensure("corrupt", Kind.DIFFERENTIAL, file, position(first), RestoreGoal.DISCARD));
        assertThat(await(RestoreState.DISCARDED).touched()).isTrue();
        assertThatThrownBy(() -> host.servers()
                        .prepare(
                                ref("corrupt"),
                                new AttemptRef(TestHost.INSTANCE, new TaskId(999), 1),
                                Kind.LOG,
                                position(first)))
                .hasMessageContaining("A previous restore operation was interrupted");
        assertThatThrownBy(() -> host.servers()
                        .open(
                                ref("corrupt"),
                                new DatabaseName("x"),
                                new AttemptRef(TestHost.INSTANCE, new TaskId(999), 1),
                                ""))
                .hasMessageContaining("A previous restore operation was interrupted");

        STORE.put(file, good, Map.of());
        RestoreReport mended = step("corrupt", Kind.DIFFERENTIAL, file, position(first), RestoreGoal.KEEP);
        finish("corrupt", mended);

        assertThat(contents(connect("corrupt"))).isEqualTo(expected);
        IntegrityCheck.passes(host, "corrupt");
    }

    @Test
    void goesOnOverTheSameFilesAfterAKillInTheMiddleOfADifferential() throws Exception {
        RestoreReport first = step("killed", Kind.FULL, FULL, Optional.empty(), RestoreGoal.KEEP);
        CompletableFuture<Void> gate =
                STORE.holdReadsFrom(STORE.bytes(DIFFERENTIAL).orElseThrow().length / 2);
        AttemptRef attempt = next();
        ActorRef<RestoreCommand> worker = spawn(attempt);
        Ensure ensure = ensure(attempt, "killed", Kind.DIFFERENTIAL, DIFFERENTIAL, position(first), RestoreGoal.KEEP);
        worker.tell(new Ensure(1, ensure.spec(), RestoreGoal.APPLY));
        Awaitility.await().atMost(LONG).until(() -> done() > 0);
        KIT.stop(worker);
        gate.complete(null);

        ActorRef<RestoreCommand> again = spawn(attempt);
        again.tell(new Ensure(1, ensure.spec(), RestoreGoal.APPLY));
        await(RestoreState.APPLIED);
        again.tell(ensure);
        RestoreReport kept = await(RestoreState.KEPT);
        finish("killed", kept);

        assertThat(contents(connect("killed"))).isEqualTo(expected);
        IntegrityCheck.passes(host, "killed");
    }

    @Test
    void touchesNothingForASetThatWasNotLetThrough() throws Exception {
        RestoreReport first = step("judged", Kind.FULL, FULL, Optional.empty(), RestoreGoal.KEEP);
        AttemptRef attempt = next();
        Ensure other = ensure(attempt, "judged", Kind.DIFFERENTIAL, DIFFERENTIAL, position(first), RestoreGoal.APPLY);
        RestoreSpec spec = other.spec();
        spawn(attempt)
                .tell(new Ensure(
                        1,
                        new RestoreSpec(
                                spec.attempt(),
                                spec.database(),
                                spec.display(),
                                spec.view(),
                                spec.host(),
                                spec.step(),
                                Optional.of(full.set())),
                        RestoreGoal.APPLY));
        RestoreReport changed = await(RestoreState.FAILED);
        assertThat(changed.problem().map(Problem::error)).contains(BackupError.FILE_CHANGED);
        assertThat(changed.touched()).isFalse();

        begin("judged", Kind.DIFFERENTIAL, LOG, position(first));
        RestoreReport wrong = await(RestoreState.FAILED);
        assertThat(wrong.problem().map(Problem::error)).contains(BackupError.WRONG_SET_KIND);
        assertThat(wrong.problem().map(Problem::detail))
                .hasValueSatisfying(text -> assertThat(text)
                        .isEqualTo("The backup set in file '" + LOG
                                + "' was created by BACKUP LOG and cannot be used for this restore operation."));
        finish("judged", first);
        assertThat(column(connect("judged"), "SELECT count(*) FROM dropped")).containsExactly("5000");
    }

    @Test
    void letsADatabaseBeReadUntilTheNextStep() throws Exception {
        RestoreReport first = step("read", Kind.FULL, FULL, Optional.empty(), RestoreGoal.STAND_BY);
        ServerConnection guests = host.servers().connect(ref("read"));
        assertThat(guests.user()).isEmpty();
        RestoreReport second = step("read", Kind.DIFFERENTIAL, DIFFERENTIAL, position(first), RestoreGoal.STAND_BY);
        RestoreReport third = step("read", Kind.LOG, LOG, position(second), RestoreGoal.STAND_BY);
        finish("read", third);

        assertThat(contents(connect("read"))).isEqualTo(logged);
        IntegrityCheck.passes(host, "read");
    }

    private static String contents(ServerConnection server) throws Exception {
        StringBuilder contents = new StringBuilder();
        for (String table : List.of("rows", "shrinks", "made", "placed", "other")) {
            contents.append(column(server, CONTENTS.formatted(table)).get(0)).append(' ');
        }
        return contents.toString();
    }

    private static ServerConnection connect(String name) {
        return host.servers().connect(ref(name));
    }

    private static Optional<Lsn> position(RestoreReport kept) {
        return kept.kept().map(rolled -> rolled.position());
    }

    private static AttemptRef next() {
        return new AttemptRef(TestHost.INSTANCE, new TaskId(++task), 1);
    }

    private RestoreReport step(String name, Kind kind, S3Arn file, Optional<Lsn> position, RestoreGoal goal) {
        AttemptRef attempt = next();
        ActorRef<RestoreCommand> worker = spawn(attempt);
        Ensure ensure = ensure(attempt, name, kind, file, position, goal);
        worker.tell(new Ensure(1, ensure.spec(), RestoreGoal.APPLY));
        await(RestoreState.APPLIED);
        worker.tell(ensure);
        RestoreReport kept = await(RestoreState.KEPT);
        KIT.stop(worker);
        return kept;
    }

    private ActorRef<RestoreCommand> begin(String name, Kind kind, S3Arn file, Optional<Lsn> position) {
        AttemptRef attempt = next();
        ActorRef<RestoreCommand> worker = spawn(attempt);
        worker.tell(ensure(attempt, name, kind, file, position, RestoreGoal.APPLY));
        return worker;
    }

    private void finish(String name, RestoreReport before) {
        AttemptRef attempt = next();
        Ensure ensure = ensure(attempt, name, Kind.FINISH, FULL, position(before), RestoreGoal.OPEN);
        spawn(attempt).tell(ensure);
        await(RestoreState.OPENED);
    }

    private RestoreReport await(RestoreState state) {
        RestoreReport report = reports.receiveMessage(LONG);
        while (report.state() != state) {
            assertThat(report.problem()
                            .filter(problem -> state != RestoreState.FAILED && state != RestoreState.DISCARDED))
                    .isEmpty();
            report = reports.receiveMessage(LONG);
        }
        return report;
    }

    private long done() {
        var files = reports.receiveMessage(LONG).files();
        return files.stream().mapToLong(file -> file.bytesDone()).sum();
    }

    private ActorRef<RestoreCommand> spawn(AttemptRef attempt) {
        RestoreDependencies dependencies = new RestoreDependencies(
                asked -> new StoreSetFinder(asked, StoreSetFinderTest.SETTINGS),
                Stores.only(STORE),
                new ByteBudget(64 << 20),
                StoreSetFinderTest.SETTINGS,
                Instant::now,
                name -> agent,
                (database, report) -> reports.getRef().tell(report),
                "node-1");
        return KIT.spawn(RestoreWorker.create(release + attempt.entityId(), dependencies));
    }

    private static Ensure ensure(String name, Kind kind, S3Arn file, Optional<Lsn> position, RestoreGoal goal) {
        return ensure(new AttemptRef(TestHost.INSTANCE, new TaskId(task), 1), name, kind, file, position, goal);
    }

    private static Ensure ensure(
            AttemptRef attempt, String name, Kind kind, S3Arn file, Optional<Lsn> position, RestoreGoal goal) {
        InstanceDefinition definition = new InstanceDefinition(
                TestHost.INSTANCE,
                1,
                "postgresql",
                Edition.ENTERPRISE,
                "us-east-1",
                "UTC",
                false,
                Optional.of(HOST),
                List.of());
        Optional<S3Arn> from = kind == Kind.FINISH ? Optional.empty() : Optional.of(file);
        return new Ensure(
                1,
                new RestoreSpec(
                        attempt,
                        ref(name),
                        new DatabaseName(name),
                        new InstanceView(definition, true),
                        HOST,
                        new RestoreStep(kind, from, Optional.empty(), position),
                        Optional.empty()),
                goal);
    }
}
