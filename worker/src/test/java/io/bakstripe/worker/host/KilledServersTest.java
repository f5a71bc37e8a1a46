package io.bakstripe.worker.host;

import static io.bakstripe.worker.host.ChainCopies.failed;
import static io.bakstripe.worker.host.TestHost.column;
import static io.bakstripe.worker.host.TestHost.execute;
import static io.bakstripe.worker.host.TestHost.ref;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.instance.ServerConnection;
import io.bakstripe.protocol.message.HostCommand.WrittenStep;
import io.bakstripe.protocol.message.RestoreCommand.RestoreStep.Kind;
import io.bakstripe.protocol.name.AttemptRef;
import io.bakstripe.protocol.name.HostName;
import io.bakstripe.protocol.stripe.RolledTo;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Servers that are killed while they roll forward and open, and nodes that die meanwhile and leave them running. */
@ParameterizedClass
@MethodSource(PostgresReleases.EACH)
class KilledServersTest {
    private static final String ROWS = "SELECT i FROM rows WHERE i < 1000 ORDER BY i";
    private static final String CONSISTENT = "consistent recovery state reached";

    /** Nothing that was committed lately is replayed by a server with this: it rolls forward until it is killed. */
    private static final String STALLING = "recovery_min_apply_delay = 10h";

    private static final ExecutorService THREADS = Executors.newCachedThreadPool();

    @TempDir
    static Path parent;

    @Parameter
    PostgresRelease release;

    private static Path folder;
    private static TestHost host;
    private static ChainSource source;
    private static ChainCopies copies;

    @BeforeParameterizedClassInvocation
    static void startSource(PostgresRelease release) throws Exception {
        folder = parent.resolve(release.toString());
        host = new TestHost(folder, release);
        ServerConnection shop = host.provision("shop", "CREATE TABLE rows (i int)");
        source = new ChainSource(shop, host.pgdata("shop"));
        copies = new ChainCopies(host.servers(), source);
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        host.close();
    }

    @AfterAll
    static void stopThreads() {
        THREADS.shutdownNow();
    }

    @Test
    void leaveADatabaseRestoringWhereItWas() throws Exception {
        row(1);
        RolledTo full = copies.full("log");
        row(2);
        RolledTo one = copies.log("log", full.position());

        killedWhileOpening("log");

        row(3);
        RolledTo two = copies.log("log", one.position());
        assertThat(two.position()).isGreaterThan(one.position());
        killedWhileOpening("log");
        killedWhileOpening("log");
        assertThat(column(copies.open("log"), ROWS)).contains("1", "2", "3");
        IntegrityCheck.passes(host, "log");
    }

    @Test
    void leaveADatabaseRestoringThatADifferentialWasWrittenOver() throws Exception {
        row(11);
        RolledTo full = copies.full("differential");
        row(12);
        AttemptRef attempt = copies.attempt();
        Path over =
                host.servers().prepare(ref("differential"), attempt, Kind.DIFFERENTIAL, Optional.of(full.position()));
        WrittenStep step = writtenOver(over, () -> row(13));
        copies.keep("differential", attempt, step);

        row(14);
        copies.log("differential", step.lastLsn());
        killedWhileOpening("differential");
        assertThat(column(copies.open("differential"), ROWS)).contains("11", "12", "13", "14");
        IntegrityCheck.passes(host, "differential");
    }

    @Test
    void openAFullBackupInTheEndThatNothingWasKeptOf() throws Exception {
        row(21);
        AttemptRef attempt = copies.attempt();
        source.full(host.servers().prepare(ref("straight"), attempt));

        killed(host.servers(), "straight", attempt, "redo starts at");
        killed(host.servers(), "straight", attempt, "archive recovery complete");

        ServerConnection copy = host.servers().open(ref("straight"), ChainCopies.DISPLAY, attempt, "shop");
        assertThat(column(copy, ROWS)).contains("21");
        IntegrityCheck.passes(host, "straight");
    }

    @Test
    void neverOpenBehindTheMomentToStopAt() throws Exception {
        row(31);
        RolledTo full = copies.full("stopped");
        row(32);
        execute(source.server(), "SELECT pg_sleep(0.01)");
        Instant moment = source.now();
        execute(source.server(), "SELECT pg_sleep(0.01)");
        row(33);
        RolledTo stopped = copies.log("stopped", full.position(), moment);
        assertThat(stopped.stopped()).isTrue();

        // Killed behind the end of rolling forward and before the checkpoint that ends it: the signal is gone, and
        // nothing tells the server any more where to stop.
        killedWhileOpening("stopped");
        Files.delete(host.pgdata("stopped").resolve(RecoverySignal.RECOVERY));
        Path record = host.root("stopped").resolve("server.json");
        ServerRecord.read(record)
                .orElseThrow()
                .opening("Copy", "shop", "secret", UUID.randomUUID().toString())
                .write(record);
        killed(host.servers(), "stopped", copies.attempt(), "redo starts at");
        ServerConnection copy = copies.open("stopped");

        assertThat(column(copy, ROWS)).contains("31", "32").doesNotContain("33");
        // And what is written from then on stays.
        execute(copy, "INSERT INTO rows VALUES (34)");
        pid("stopped").flatMap(ProcessHandle::of).ifPresent(ProcessHandle::destroyForcibly);
        Awaitility.await()
                .untilAsserted(() ->
                        assertThat(pid("stopped").flatMap(ProcessHandle::of)).isEmpty());
        assertThat(column(host.servers().connect(ref("stopped")), ROWS))
                .contains("31", "32", "34")
                .doesNotContain("33");
        IntegrityCheck.passes(host, "stopped");
    }

    @Test
    void loseNothingThatAServerWroteWhichHasOpened() throws Exception {
        RolledTo full = copies.full("written");
        row(51);
        execute(source.server(), "SELECT pg_sleep(0.01)");
        Instant moment = source.now();
        execute(source.server(), "SELECT pg_sleep(0.01)");
        row(52);
        copies.log("written", full.position(), moment);
        killedWhileOpening("written");
        Files.delete(host.pgdata("written").resolve(RecoverySignal.RECOVERY));
        Path record = host.root("written").resolve("server.json");
        ServerRecord opening = ServerRecord.read(record)
                .orElseThrow()
                .opening("Copy", "shop", "secret", UUID.randomUUID().toString());
        opening.write(record);
        execute(copies.open("written"), "INSERT INTO rows VALUES (53)");
        host.stop("written");

        // The node died before it had recorded that the server is open.
        opening.write(record);
        ServerConnection copy = copies.open("written");

        assertThat(column(copy, ROWS)).contains("51", "53").doesNotContain("52");
        IntegrityCheck.passes(host, "written");
    }

    @Test
    void areFoundByANodeThatTakesUpTheirFolder() throws Exception {
        row(41);
        RolledTo full = copies.full("adopted");
        row(42);
        RolledTo one = copies.log("adopted", full.position());
        row(43);

        long left = leftRunning("adopted");
        RolledTo two = new ChainCopies(host.forgotten().servers(), source).log("adopted", one.position());
        assertThat(ProcessHandle.of(left).filter(ProcessHandle::isAlive)).isEmpty();
        assertThat(two.position()).isGreaterThan(one.position());

        leftRunning("adopted");
        assertThat(host.forgotten().servers().adoptAll())
                .allSatisfy(adoption -> assertThat(adoption.problem()).isEmpty());
        ChainCopies again = new ChainCopies(host.forgotten().servers(), source);
        assertThat(column(again.open("adopted"), ROWS)).contains("41", "42", "43");
        IntegrityCheck.passes(host, "adopted");
    }

    private WrittenStep writtenOver(Path data, ChainSource.Meanwhile meanwhile) throws Exception {
        try (Stream<Path> all = Files.list(data)) {
            for (Path each :
                    all.filter(path -> !path.endsWith(RecoverySignal.RECOVERY)).toList()) {
                Trees.delete(each);
            }
        }
        WrittenStep written = source.copy(data, meanwhile);
        return new WrittenStep(
                Kind.DIFFERENTIAL,
                written.set(),
                written.start(),
                written.lastLsn(),
                written.lastCommit(),
                Optional.empty());
    }

    /** Kills the server once it has come to the first commit behind its data backup. */
    private void killedWhileOpening(String name) throws Exception {
        CompletableFuture<ServerConnection> opened =
                opening(stalling(InstantSource.system()), name, copies.attempt(), CONSISTENT);
        assertThat(opened).isNotDone();
        assertThat(kill(name, opened)).isTrue();
        assertThat(host.servers().exists(ref(name))).isFalse();
        assertThat(host.pgdata(name).resolve(RecoverySignal.RECOVERY)).exists();
    }

    private ManagedServers stalling(InstantSource clock) {
        return new ManagedServers(
                new HostName("one"),
                folder,
                TestHost.settings("bakstripe.worker.host.server-settings { " + STALLING + " }"),
                Installations.of(List.of(release.binaries())),
                clock,
                UUID::randomUUID,
                () -> "secret");
    }

    /** Opens a database whose server is killed when it has said something in its log, unless it is open by then; gives whether it did not open. */
    private static boolean killed(ManagedServers by, String name, AttemptRef attempt, String moment) throws Exception {
        return kill(name, opening(by, name, attempt, moment));
    }

    private static boolean kill(String name, CompletableFuture<ServerConnection> opened) throws Exception {
        if (!opened.isDone()) {
            pid(name).flatMap(ProcessHandle::of).ifPresent(ProcessHandle::destroyForcibly);
        }
        try {
            opened.get();
            return false;
        } catch (ExecutionException failure) {
            assertThat(failure.getCause()).satisfies(failed(BackupError.SERVER_NOT_STARTED));
            return true;
        }
    }

    /** Opens a database and returns when its server has said something in its log, or is open. */
    private static CompletableFuture<ServerConnection> opening(
            ManagedServers by, String name, AttemptRef attempt, String moment) throws Exception {
        Path log = host.root(name).resolve("server.log");
        long before = Files.exists(log) ? Files.size(log) : 0;
        CompletableFuture<ServerConnection> opened =
                CompletableFuture.supplyAsync(() -> by.open(ref(name), ChainCopies.DISPLAY, attempt, "shop"), THREADS);
        Awaitility.await()
                .pollInSameThread()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(1))
                .atMost(Duration.ofSeconds(60))
                .until(() -> opened.isDone() || said(log, before).contains(moment));
        return opened;
    }

    /** Lets a node die that is opening a database: nobody is left who knows of the server, which goes on. */
    private long leftRunning(String name) throws Exception {
        AtomicBoolean dead = new AtomicBoolean();
        ManagedServers dying = stalling(() -> {
            if (dead.get()) {
                throw new IllegalStateException("the node is dead");
            }
            return Instant.now();
        });
        CompletableFuture<ServerConnection> opened = opening(dying, name, copies.attempt(), CONSISTENT);
        assertThat(opened).isNotDone();
        dead.set(true);
        assertThatThrownBy(opened::get).hasMessageContaining("the node is dead");
        assertThat(Files.readString(host.root(name).resolve("server.json"))).contains("OPENING");
        long pid = pid(name).orElseThrow();
        assertThat(ProcessHandle.of(pid).filter(ProcessHandle::isAlive)).isPresent();
        return pid;
    }

    private static String said(Path log, long from) throws Exception {
        if (!Files.exists(log)) {
            return "";
        }
        byte[] all = Files.readAllBytes(log);
        int start = (int) Math.min(from, all.length);
        return new String(all, start, all.length - start, java.nio.charset.StandardCharsets.UTF_8);
    }

    private static Optional<Long> pid(String name) throws Exception {
        Path file = host.directory(ref(name)).postmasterFile();
        return Files.exists(file)
                ? Files.readAllLines(file).stream()
                        .findFirst()
                        .map(String::strip)
                        .map(Long::valueOf)
                : Optional.empty();
    }

    private static void row(int i) throws Exception {
        execute(source.server(), "INSERT INTO rows VALUES (" + i + ")");
    }
}
