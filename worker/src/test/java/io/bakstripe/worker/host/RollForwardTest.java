package io.bakstripe.worker.host;

import static io.bakstripe.worker.host.TestHost.column;
import static io.bakstripe.worker.host.TestHost.execute;
import static io.bakstripe.worker.host.TestHost.ref;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.BakstripeException;
import io.bakstripe.protocol.instance.ServerConnection;
import io.bakstripe.protocol.message.HostCommand.WrittenStep;
import io.bakstripe.protocol.message.RestoreCommand.RestoreStep.Kind;
import io.bakstripe.protocol.name.AttemptRef;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.Lsn;
import io.bakstripe.protocol.name.TaskId;
import io.bakstripe.protocol.stripe.RolledTo;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.assertj.core.api.ThrowingConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Chains of backups restored step by step, beside the server that they were made of. */
@ParameterizedClass
@MethodSource(PostgresReleases.EACH)
class RollForwardTest {
    private static final DatabaseName COPY = new DatabaseName("Copy");
    private static final String ROWS = "SELECT i FROM rows ORDER BY i";

    @TempDir
    static Path data;

    @Parameter
    PostgresRelease release;

    private static TestHost host;
    private static ChainSource source;
    private static int task;

    @BeforeParameterizedClassInvocation
    static void startSource(PostgresRelease release) throws Exception {
        host = new TestHost(data.resolve(release.toString()), release);
        ServerConnection shop = host.provision("shop", "CREATE TABLE rows (i int)");
        source = new ChainSource(shop, host.pgdata("shop"));
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        host.close();
    }

    @Test
    void opensAFullBackupThatWasKeptFirst() throws Exception {
        row(1);
        RolledTo kept = full("kept");

        assertThat(host.servers().exists(ref("kept"))).isFalse();
        ServerConnection copy = open("kept");

        assertThat(kept.stopped()).isFalse();
        assertThat(kept.lastCommit()).isPresent();
        assertThat(column(copy, ROWS)).contains("1");
        assertThat(host.servers().recoveryFork(ref("kept"))).isPresent();
        IntegrityCheck.passes(host, "kept");
    }

    @Test
    void rollsForwardThroughLogs() throws Exception {
        row(10);
        RolledTo full = full("logs");
        row(11);
        RolledTo first = log("logs", full.position());
        row(12);
        RolledTo second = log("logs", first.position());
        row(13);

        ServerConnection copy = open("logs");

        assertThat(first.position()).isGreaterThan(full.position());
        assertThat(second.position()).isGreaterThan(first.position());
        assertThat(column(copy, ROWS)).contains("10", "11", "12").doesNotContain("13");
        IntegrityCheck.passes(host, "logs");
    }

    @Test
    void stopsBeforeTheFirstCommitOfAMoment() throws Exception {
        row(20);
        RolledTo full = full("stop");
        row(21);
        pause();
        Instant moment = source.now();
        pause();
        row(22);

        RolledTo stopped = log("stop", full.position(), moment);

        assertThat(stopped.stopped()).isTrue();
        assertThat(stopped.lastCommit().orElseThrow()).isBefore(moment);
        assertThat(column(open("stop"), ROWS)).contains("20", "21").doesNotContain("22");
        IntegrityCheck.passes(host, "stop");
    }

    @Test
    void stopsBeforeEverythingInALogAndGoesOnWithTheSameLog() throws Exception {
        row(30);
        RolledTo full = full("first");
        pause();
        Instant moment = source.now();
        pause();
        row(31);
        AttemptRef attempt = attempt();
        Path beside = prepareLog("first", attempt, full.position());
        WrittenStep step = source.log(beside);
        Path again = Files.createDirectories(data.resolve(release + "-again"));
        copy(beside, again);

        RolledTo stopped = keep("first", attempt, ChainSource.stopping(step, moment));
        assertThat(stopped.stopped()).isTrue();
        AttemptRef second = attempt();
        copy(again, prepareLog("first", second, stopped.position()));
        RolledTo whole = keep("first", second, step);

        assertThat(whole.position()).isEqualTo(step.lastLsn());
        assertThat(column(open("first"), ROWS)).contains("30", "31");
    }

    @Test
    void doesNotReachAMomentBehindTheLogAndReachesItInTheNext() throws Exception {
        RolledTo full = full("late");
        row(40);
        AttemptRef attempt = attempt();
        WrittenStep step = source.log(prepareLog("late", attempt, full.position()));
        pause();
        row(41);
        pause();
        Instant moment = source.now();
        pause();
        row(42);

        RolledTo early = keep("late", attempt, ChainSource.stopping(step, moment));
        assertThat(early.stopped()).isFalse();
        assertThat(early.position()).isEqualTo(step.lastLsn());
        RolledTo reached = log("late", early.position(), moment);

        assertThat(reached.stopped()).isTrue();
        assertThat(column(open("late"), ROWS)).contains("40", "41").doesNotContain("42");
    }

    @Test
    void writesLogOnce() throws Exception {
        RolledTo full = full("once");
        row(50);
        AttemptRef attempt = attempt();
        Path beside = prepareLog("once", attempt, full.position());
        WrittenStep step = source.log(beside);
        Map<String, Object> brought = inodes(beside.resolve("pg_wal"));
        Map<String, Object> before = inodes(host.pgdata("once").resolve("pg_wal"));

        keep("once", attempt, step);

        Map<String, Object> after = inodes(host.pgdata("once").resolve("pg_wal"));
        String shared = source.layout().fileName(1, source.layout().segmentOf(full.position()));
        assertThat(after.get(shared)).isEqualTo(before.get(shared));
        brought.remove(shared);
        assertThat(brought).isNotEmpty();
        assertThat(after).containsAllEntriesOf(brought);
        assertThat(beside).doesNotExist();
    }

    @Test
    void findsAMissingSegmentBeforeAServerStarts() throws Exception {
        RolledTo full = full("missing");
        row(60);
        execute(source.server(), "SELECT pg_switch_wal()");
        row(61);
        execute(source.server(), "SELECT pg_switch_wal()");
        row(62);
        AttemptRef attempt = attempt();
        Path beside = prepareLog("missing", attempt, full.position());
        WrittenStep step = source.log(beside);
        List<Path> segments = ChainSource.files(beside);
        assertThat(segments).hasSizeGreaterThan(3);
        Files.delete(beside.resolve(segments.get(2)));

        refused("missing", attempt, step, full, "the log ends at");
    }

    @Test
    void findsALogOfAnotherServer() throws Exception {
        RolledTo full = full("foreign");
        row(70);
        AttemptRef attempt = attempt();
        Path beside = prepareLog("foreign", attempt, full.position());
        WrittenStep step = source.log(beside);
        for (Path segment : ChainSource.files(beside)) {
            change(beside.resolve(segment), 24, 1);
        }

        refused("foreign", attempt, step, full, "was written by server");
    }

    @Test
    void findsALogOfAnotherTimeline() throws Exception {
        RolledTo full = full("timeline");
        row(80);
        AttemptRef attempt = attempt();
        Path beside = prepareLog("timeline", attempt, full.position());
        WrittenStep step = source.log(beside);
        for (Path segment : ChainSource.files(beside)) {
            change(beside.resolve(segment), 4, 2);
        }

        refused("timeline", attempt, step, full, "is of timeline");
    }

    @Test
    void findsADamagedRecord() throws Exception {
        RolledTo full = full("damaged");
        execute(source.server(), "SELECT pg_switch_wal()", "INSERT INTO rows SELECT 90 FROM generate_series(1, 10000)");
        AttemptRef attempt = attempt();
        Path beside = prepareLog("damaged", attempt, full.position());
        WrittenStep step = source.log(beside);
        List<Path> segments = ChainSource.files(beside);
        change(beside.resolve(segments.get(segments.size() - 1)), 300_001, 1);

        refused("damaged", attempt, step, full, "the log is damaged at");
    }

    @Test
    void refusesStepsThatDoNotFit() throws Exception {
        RolledTo full = full("misfit");
        row(100);
        WrittenStep skipped = source.log(Files.createDirectories(data.resolve(release + "-skipped")));
        row(101);
        AttemptRef attempt = attempt();
        WrittenStep later = source.log(prepareLog("misfit", attempt, full.position()));

        assertThatThrownBy(() -> keep("misfit", attempt, later)).satisfies(failed(BackupError.LOG_TOO_RECENT));
        WrittenStep old = new WrittenStep(
                Kind.LOG, skipped.set(), skipped.start(), full.position(), Optional.empty(), Optional.empty());
        assertThatThrownBy(() -> keep("misfit", attempt, old)).satisfies(failed(BackupError.LOG_TOO_EARLY));
        assertThatThrownBy(() ->
                        prepareLog("misfit", attempt(), new Lsn(full.position().value() + 8)))
                .satisfies(failed(BackupError.RESTORE_ELSEWHERE));
        assertThatThrownBy(() -> host.servers().prepare(ref("misfit"), attempt()))
                .satisfies(failed(BackupError.DATABASE_EXISTS));
        assertThatThrownBy(() -> prepareLog("nowhere", attempt(), full.position()))
                .satisfies(failed(BackupError.RESTORE_NEEDS_FULL));
        assertThatThrownBy(() -> prepareLog("shop", attempt(), full.position()))
                .satisfies(failed(BackupError.NOT_READY_TO_ROLL_FORWARD));
    }

    @Test
    void dropsWhatIsNotOpen() throws Exception {
        full("dropped");

        host.servers().drop(ref("dropped"));
        host.servers().drop(ref("dropped"));

        assertThat(host.root("dropped").toFile().list()).containsExactly("lock");
        assertThatThrownBy(() -> host.servers().drop(ref("shop"))).satisfies(failed(BackupError.NOT_RESTORING));
        full("dropped");
        open("dropped");
        assertThatThrownBy(() -> host.servers().drop(ref("dropped"))).satisfies(failed(BackupError.NOT_RESTORING));
    }

    @Test
    void makesTablespacesOfTheLogItsOwn() throws Exception {
        Path home = Files.createDirectories(data.resolve(release + "-spaces/a (b) c"));
        RolledTo full = full("spaces");
        execute(
                source.server(),
                "CREATE TABLESPACE later LOCATION '" + home + "'",
                "CREATE TABLE placed TABLESPACE later AS SELECT i FROM generate_series(1, 1000) i",
                "CHECKPOINT");
        RolledTo first = log("spaces", full.position());
        execute(source.server(), "INSERT INTO placed VALUES (1001)", "CHECKPOINT");
        log("spaces", first.position());
        SortedMap<String, String> theirs = FileTree.of(home);

        ServerConnection copy = open("spaces");
        execute(copy, "INSERT INTO placed VALUES (0)", "CHECKPOINT");

        assertThat(column(copy, "SELECT count(*) FROM placed")).containsExactly("1002");
        assertThat(FileTree.of(home)).isEqualTo(theirs);
        assertThat(column(copy, "SELECT pg_tablespace_location(oid) FROM pg_tablespace WHERE spcname = 'later'"))
                .allMatch(path -> path.startsWith(host.root("spaces").toString()));
        IntegrityCheck.passes(host, "spaces");
    }

    private void refused(String name, AttemptRef attempt, WrittenStep step, RolledTo before, String why)
            throws Exception {
        assertThatThrownBy(() -> keep(name, attempt, step))
                .satisfies(failed(BackupError.MANIFEST_MISMATCH))
                .hasMessageContaining(why);
        assertThat(host.servers().discard(ref(name), attempt)).isFalse();

        assertThat(host.root(name).toFile().list()).noneMatch(file -> file.startsWith("pgdata."));
        log(name, before);
        open(name);
    }

    /** The database is where it was: the same log, whole, can be restored. */
    private void log(String name, RolledTo before) throws Exception {
        AttemptRef attempt = attempt();
        Path beside = prepareLog(name, attempt, before.position());
        row(1);
        keep(name, attempt, source.logFrom(before.position(), beside));
    }

    private static void change(Path file, long at, int by) throws Exception {
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            bytes.seek(at);
            int is = bytes.read();
            bytes.seek(at);
            bytes.write(is + by);
        }
    }

    private static Map<String, Object> inodes(Path folder) throws Exception {
        Map<String, Object> inodes = new TreeMap<>();
        for (Path file : ChainSource.files(folder)) {
            inodes.put(file.toString(), Files.getAttribute(folder.resolve(file), "unix:ino"));
        }
        return inodes;
    }

    private static void copy(Path from, Path to) throws Exception {
        Files.createDirectories(to.resolve("pg_wal"));
        for (Path file : ChainSource.files(from)) {
            Files.copy(from.resolve(file), to.resolve(file));
        }
    }

    /** Lets the server's clock go on by more than it can be read off by. */
    private static void pause() throws Exception {
        execute(source.server(), "SELECT pg_sleep(0.01)");
    }

    private static void row(int i) throws Exception {
        execute(source.server(), "INSERT INTO rows VALUES (" + i + ")");
    }

    private static AttemptRef attempt() {
        return new AttemptRef(TestHost.INSTANCE, new TaskId(++task), 1);
    }

    private static RolledTo full(String name) throws Exception {
        AttemptRef attempt = attempt();
        WrittenStep step = source.full(host.servers().prepare(ref(name), attempt));
        return host.servers().keep(ref(name), COPY, attempt, step);
    }

    private static RolledTo log(String name, Lsn position) throws Exception {
        AttemptRef attempt = attempt();
        return keep(name, attempt, source.log(prepareLog(name, attempt, position)));
    }

    private static RolledTo log(String name, Lsn position, Instant stopAt) throws Exception {
        AttemptRef attempt = attempt();
        return keep(name, attempt, source.log(prepareLog(name, attempt, position), Optional.of(stopAt)));
    }

    private static Path prepareLog(String name, AttemptRef attempt, Lsn position) {
        return host.servers().prepare(ref(name), attempt, Kind.LOG, Optional.of(position));
    }

    private static RolledTo keep(String name, AttemptRef attempt, WrittenStep step) {
        return host.servers().keep(ref(name), COPY, attempt, step);
    }

    private static ServerConnection open(String name) {
        return host.servers().open(ref(name), COPY, attempt(), "");
    }

    private static ThrowingConsumer<Throwable> failed(BackupError error) {
        return thrown -> assertThat(thrown)
                .isInstanceOfSatisfying(
                        BakstripeException.class,
                        failure -> assertThat(failure.problem().error()).isEqualTo(error));
    }
}
