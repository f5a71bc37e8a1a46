package io.bakstripe.worker.engine.postgres;

import static io.bakstripe.worker.engine.postgres.TestSource.NAME;
import static io.bakstripe.worker.engine.postgres.TestSource.REF;
import static io.bakstripe.worker.engine.postgres.TestSource.failed;
import static io.bakstripe.worker.host.TestHost.column;
import static io.bakstripe.worker.host.TestHost.execute;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.instance.ServerConnection;
import io.bakstripe.protocol.name.Lsn;
import io.bakstripe.protocol.readiness.Finding;
import io.bakstripe.protocol.stripe.BackupBasis;
import io.bakstripe.protocol.stripe.Extent;
import io.bakstripe.protocol.stripe.ExtentKind;
import io.bakstripe.protocol.stripe.KeptLog;
import io.bakstripe.protocol.stripe.LogChain;
import io.bakstripe.protocol.stripe.LogSpan;
import io.bakstripe.protocol.stripe.StartFacts;
import io.bakstripe.protocol.stripe.StopFacts;
import io.bakstripe.worker.engine.BackupHold;
import io.bakstripe.worker.engine.Engine.SourceAddress;
import io.bakstripe.worker.engine.ExtentReader;
import io.bakstripe.worker.engine.Piece;
import io.bakstripe.worker.host.PostgresRelease;
import io.bakstripe.worker.host.PostgresReleases;
import io.bakstripe.worker.host.TestHost;
import io.bakstripe.worker.wal.LogLayout;
import io.bakstripe.worker.wal.LogPages;
import io.bakstripe.worker.wal.LogReader;
import io.bakstripe.worker.wal.LogRecord;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Log backups of real servers: what they hold, what the server keeps for the next one, and what breaks their chain. */
@ParameterizedClass
@MethodSource(PostgresReleases.EACH)
class LogBackupTest {
    private static final String FORK = "fork";
    private static final String SLOT = KeptLogSlot.name(REF);
    private static final Instant POSTGRES_EPOCH = Instant.parse("2000-01-01T00:00:00Z");

    private final PostgresEngine engine = TestSource.engine();

    @TempDir
    Path data;

    @Parameter
    PostgresRelease release;

    private TestHost host;
    private ServerConnection source;
    private SourceAddress role;

    @BeforeEach
    void start() throws Exception {
        host = new TestHost(data, TestHost.settings(""), release);
        source = host.provision("source", "CREATE TABLE t (a int)");
        role = TestSource.backupRole(source, "bk");
        execute(source, "GRANT EXECUTE ON FUNCTION pg_switch_wal() TO bk");
    }

    @AfterEach
    void stop() {
        host.close();
    }

    private record Full(StartFacts start, BackupHold.Stop stop) {
        LogChain chain() {
            Lsn next = stop.keptLog().orElseThrow().nextLsn();
            return new LogChain(
                    start.systemIdentifier(),
                    start.timeline(),
                    FORK,
                    next,
                    next,
                    stop.serverTime().orElseThrow());
        }
    }

    private record Log(StartFacts start, Lsn lastLsn, List<Extent> segments, Map<String, byte[]> content) {
        LogSpan span() {
            return start.log().orElseThrow();
        }
    }

    private Full full() {
        try (BackupHold hold = engine.open(role, TestSource.order("full", BackupBasis.full(true)))) {
            return new Full(hold.start(), hold.stop());
        }
    }

    private BackupHold open(LogChain chain) {
        return engine.open(role, TestSource.order("log", BackupBasis.log(chain)));
    }

    private Log log(LogChain chain) {
        try (BackupHold hold = open(chain);
                ExtentReader reader = engine.reader(role, NAME)) {
            List<Extent> segments = TestSource.list(hold);
            Map<String, ByteArrayOutputStream> content = new HashMap<>();
            for (Piece piece : TestSource.read(reader, segments)) {
                content.computeIfAbsent(piece.path(), path -> new ByteArrayOutputStream())
                        .writeBytes(piece.bytes());
            }
            hold.verifyOpen();
            BackupHold.Stop stop = hold.stop();
            assertThat(stop.closing()).isEmpty();
            assertThat(stop.serverTime()).contains(hold.start().log().orElseThrow().until());
            Map<String, byte[]> bytes = new HashMap<>();
            content.forEach((path, stream) -> bytes.put(path, stream.toByteArray()));
            return new Log(hold.start(), stop.lastLsn(), segments, bytes);
        }
    }

    private LogChain published(LogChain chain, Log log) {
        engine.giveBack(role, REF, NAME, log.lastLsn());
        return chain.extended(log.lastLsn(), log.span().fence());
    }

    private String slot(String column) throws Exception {
        return column(source, "SELECT " + column + " FROM pg_replication_slots WHERE slot_name = '" + SLOT + "'")
                .get(0);
    }

    private void chainIsBroken(LogChain chain, String why) {
        assertThatThrownBy(() -> open(chain).close())
                .satisfies(failed(BackupError.LOG_CHAIN_BROKEN))
                .hasMessageContaining(why);
        assertThatThrownBy(() -> engine.inspect(role, TestSource.order("log", BackupBasis.log(chain))))
                .satisfies(failed(BackupError.LOG_CHAIN_BROKEN))
                .hasMessageContaining(why);
    }

    @Test
    void keepsTheLogFromTheFirstFullBackupOn() throws Exception {
        assertThat(engine.examine(role, REF, NAME, true).findings())
                .filteredOn(finding -> finding.check().equals("log_slot"))
                .extracting(Finding::verdict)
                .containsExactly(Finding.Verdict.ADVICE);
        Instant before = ServerTime.of(source);

        Full first = full();

        KeptLog kept = first.stop().keptLog().orElseThrow();
        assertThat(kept.fresh()).isTrue();
        assertThat(kept.nextLsn()).isLessThanOrEqualTo(first.stop().lastLsn());
        assertThat(kept.nextLsn().value() % first.start().segmentBytes()).isZero();
        assertThat(first.stop().lastLsn().value() - kept.nextLsn().value())
                .isLessThan(first.start().segmentBytes());
        assertThat(first.stop().serverTime().orElseThrow()).isBetween(before, ServerTime.of(source));
        assertThat(Lsn.parse(slot("restart_lsn"))).isLessThanOrEqualTo(first.stop().lastLsn());
        assertThat(SLOT).matches("bakstripe_log_[0-9a-f]{16}");
        assertThat(full().stop().keptLog().orElseThrow().fresh()).isFalse();
        assertThat(column(source, "SELECT slot_name FROM pg_replication_slots")).containsExactly(SLOT);
        try (BackupHold simple = engine.open(role, TestSource.full("simple"))) {
            assertThat(simple.stop().keptLog()).isEmpty();
        }
        assertThat(engine.examine(role, REF, NAME, true).findings())
                .noneMatch(finding -> finding.verdict() == Finding.Verdict.PROBLEM)
                .filteredOn(finding -> finding.check().equals("log_slot"))
                .extracting(Finding::verdict)
                .containsExactly(Finding.Verdict.GOOD);
    }

    @Test
    void goesOnWhereTheOneBeforeEnded() throws Exception {
        LogChain chain = full().chain();
        List<Log> logs = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            execute(source, "INSERT INTO t VALUES (" + i + ")", "SELECT pg_switch_wal()", "INSERT INTO t VALUES (7)");
            Log log = log(chain);
            logs.add(log);
            assertThat(log.start().firstLsn()).isEqualTo(chain.nextLsn());
            assertThat(log.span().chainFirstLsn()).isEqualTo(chain.firstLsn());
            assertThat(log.span().since()).isEqualTo(chain.fence());
            assertThat(log.span().fence()).isAfter(chain.fence()).isBefore(log.span().until());
            assertThat(log.start().databases()).isEmpty();
            chain = published(chain, log);
            execute(source, "CHECKPOINT");
        }
        Map<String, byte[]> files = new HashMap<>();
        for (Log log : logs) {
            assertThat(log.segments()).hasSizeGreaterThanOrEqualTo(2).allMatch(segment -> segment.kind()
                    == ExtentKind.LOG);
            log.content().forEach((path, bytes) -> {
                assertThat(bytes).hasSize(log.start().segmentBytes());
                files.put(path.substring("pg_wal/".length()), bytes);
            });
        }
        List<Commit> commits = commits(files, logs.get(0).start(), logs.get(2).lastLsn());
        for (Log log : logs) {
            assertThat(commits)
                    .as("a commit behind the fence, in this log")
                    .anyMatch(commit -> commit.at().compareTo(log.start().firstLsn()) >= 0
                            && commit.at().compareTo(log.lastLsn()) < 0
                            && !commit.time().isBefore(log.span().fence()));
            assertThat(commits)
                    .filteredOn(commit -> commit.at().compareTo(log.lastLsn()) < 0)
                    .allMatch(commit -> !commit.time().isAfter(log.span().until()));
        }
    }

    private record Commit(Lsn at, Instant time) {}

    /** What was committed in these segments, which reach without a gap to {@code end}. */
    private static List<Commit> commits(Map<String, byte[]> files, StartFacts start, Lsn end) throws Exception {
        LogReader reader = new LogReader(
                new LogPages(
                        (file, from, into) -> {
                            byte[] bytes = files.get(file);
                            if (bytes != null) {
                                into.put(bytes, from, Math.min(into.remaining(), bytes.length - from));
                            }
                        },
                        start.timeline(),
                        new LogLayout(start.segmentBytes(), 8192)),
                start.firstLsn(),
                head -> head.resourceManager() == 1);
        List<Commit> commits = new ArrayList<>();
        for (Optional<LogRecord> next = reader.next(); next.isPresent(); next = reader.next()) {
            LogRecord record = next.get();
            if ((record.head().kind() & 0x70) == 0) {
                long micros = ByteBuffer.wrap(record.mainData())
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .getLong();
                commits.add(new Commit(record.head().begin(), POSTGRES_EPOCH.plus(micros, ChronoUnit.MICROS)));
            }
        }
        assertThat(reader.position()).isGreaterThanOrEqualTo(new Lsn(end.value() - start.segmentBytes()));
        return commits;
    }

    @Test
    void isOneSegmentOfAServerThatIsQuiet() throws Exception {
        LogChain chain = full().chain();
        chain = published(chain, log(chain));

        Log quiet = log(chain);

        assertThat(quiet.segments()).hasSize(1);
        assertThat(quiet.lastLsn().value() - chain.nextLsn().value())
                .isEqualTo(quiet.start().segmentBytes());
    }

    @Test
    void letsGoOfTheLogOnlyWhenItIsTold() throws Exception {
        LogChain chain = full().chain();
        String before = slot("restart_lsn");

        Log log = log(chain);
        Log again = log(chain);

        assertThat(slot("restart_lsn")).isEqualTo(before);
        assertThat(again.start().firstLsn()).isEqualTo(log.start().firstLsn());
        assertThat(again.lastLsn()).isGreaterThan(log.lastLsn());
        engine.giveBack(role, REF, NAME, log.lastLsn());
        assertThat(Lsn.parse(slot("restart_lsn"))).isEqualTo(log.lastLsn());
        // Repeated, and late.
        engine.giveBack(role, REF, NAME, log.lastLsn());
        engine.giveBack(role, REF, NAME, chain.nextLsn());
        assertThat(Lsn.parse(slot("restart_lsn"))).isEqualTo(log.lastLsn());
        // Farther than the server has written.
        engine.giveBack(role, REF, NAME, Lsn.parse("FF/0"));
        assertThat(Lsn.parse(slot("restart_lsn"))).isGreaterThanOrEqualTo(log.lastLsn());
        execute(source, "SELECT pg_drop_replication_slot('" + SLOT + "')");
        engine.giveBack(role, REF, NAME, again.lastLsn());
    }

    @Test
    void needsNothingOfTheServerOnceItIsStopped() throws Exception {
        LogChain chain = full().chain();
        Log log = log(chain);
        StopFacts stopped = new StopFacts(log.lastLsn(), Instant.EPOCH, 1, 1);
        host.stop("source");

        try (BackupHold resumed = engine.resume(
                role, TestSource.order("log", BackupBasis.log(chain)), log.start(), stopped, List.of())) {
            resumed.verifyOpen();
            assertThat(resumed.stop().lastLsn()).isEqualTo(log.lastLsn());
            assertThat(resumed.stop().closing()).isEmpty();
        }
        assertThatThrownBy(() -> engine.giveBack(role, REF, NAME, log.lastLsn()))
                .satisfies(failed(BackupError.DATABASE_UNREACHABLE));
    }

    @Test
    void isBrokenWhenTheSlotIsGone() throws Exception {
        LogChain chain = full().chain();
        execute(source, "SELECT pg_drop_replication_slot('" + SLOT + "')");

        chainIsBroken(chain, "is gone");

        Full again = full();
        assertThat(again.stop().keptLog().orElseThrow().fresh()).isTrue();
        chainIsBroken(chain, "the chain ends at");
        log(again.chain());
    }

    @Test
    void isBrokenWhenTheServerGaveTheSlotUp() throws Exception {
        LogChain chain = full().chain();
        execute(
                source,
                "ALTER SYSTEM SET max_slot_wal_keep_size = '1MB'",
                "ALTER SYSTEM SET min_wal_size = '32MB'",
                "ALTER SYSTEM SET max_wal_size = '32MB'",
                "SELECT pg_reload_conf()");
        for (int i = 0; i < 6; i++) {
            execute(source, "INSERT INTO t VALUES (1)", "SELECT pg_switch_wal()", "CHECKPOINT");
        }
        assertThat(slot("wal_status")).isIn("lost", "unreserved");

        chainIsBroken(chain, "no longer keeps it");
        assertThat(engine.examine(role, REF, NAME, true).findings())
                .filteredOn(finding -> finding.check().equals("log_slot"))
                .extracting(Finding::code)
                .containsExactly(Optional.of(BackupError.LOG_CHAIN_BROKEN.code()));

        Full again = full();
        assertThat(again.stop().keptLog().orElseThrow().fresh()).isTrue();
        assertThat(log(again.chain()).segments()).isNotEmpty();
    }

    @Test
    void isBrokenWhenASegmentIsGone() throws Exception {
        LogChain chain = full().chain();
        execute(source, "INSERT INTO t VALUES (1)", "SELECT pg_switch_wal()", "INSERT INTO t VALUES (1)");
        Path first = host.pgdata("source").resolve(log(chain).segments().get(0).path());
        Files.delete(first);

        assertThatThrownBy(() -> open(chain).close())
                .satisfies(failed(BackupError.LOG_CHAIN_BROKEN))
                .hasMessageContaining(first.getFileName().toString());
    }

    @Test
    void isBrokenOnAnotherServerTimelineOrFork() throws Exception {
        LogChain chain = full().chain();

        chainIsBroken(
                new LogChain("1", chain.timeline(), FORK, chain.firstLsn(), chain.nextLsn(), chain.fence()),
                "system identifier");
        chainIsBroken(
                new LogChain(
                        chain.systemIdentifier(),
                        chain.timeline() + 1,
                        FORK,
                        chain.firstLsn(),
                        chain.nextLsn(),
                        chain.fence()),
                "timeline");
        role = new SourceAddress(role.jdbcUrl(), role.user(), role.password(), Optional.of("another"));
        chainIsBroken(chain, "recovery fork");
    }

    @Test
    void noticesWhileItIsReadThatTheSlotIsLost() throws Exception {
        LogChain chain = full().chain();
        try (BackupHold hold = open(chain)) {
            execute(source, "SELECT pg_drop_replication_slot('" + SLOT + "')");

            assertThatThrownBy(hold::verifyOpen).satisfies(failed(BackupError.LOG_CHAIN_BROKEN));
        }
    }

    @Test
    void needsTheRightToSwitchSegmentsOnlyForLogBackups() throws Exception {
        LogChain chain = full().chain();
        execute(source, "REVOKE EXECUTE ON FUNCTION pg_switch_wal() FROM bk");

        engine.inspect(role, TestSource.full("simple"));
        for (BackupBasis basis : List.of(BackupBasis.log(chain), BackupBasis.full(true))) {
            assertThatThrownBy(() -> engine.inspect(role, TestSource.order("full", basis)))
                    .satisfies(failed(BackupError.GRANT_MISSING))
                    .hasMessageContaining("pg_switch_wal()");
        }
        assertThat(engine.examine(role, REF, NAME, false).findings())
                .noneMatch(finding -> finding.verdict() == Finding.Verdict.PROBLEM);
        assertThat(engine.examine(role, REF, NAME, true).findings())
                .anyMatch(finding -> finding.check().equals("grants")
                        && finding.verdict() == Finding.Verdict.PROBLEM
                        && finding.advice().orElseThrow().contains("pg_switch_wal()"));
    }

    @Test
    void estimatesWhatThereIsToRead() throws Exception {
        LogChain chain = full().chain();
        execute(source, "INSERT INTO t SELECT generate_series(1, 100000)");

        assertThat(engine.inspect(role, TestSource.order("log", BackupBasis.log(chain)))
                        .estimatedBytes())
                .isBetween(5_000_000L, 64_000_000L);
    }

    private static final class ServerTime {
        static Instant of(ServerConnection server) throws Exception {
            String micros = column(server, "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::int8")
                    .get(0);
            return Instant.EPOCH.plus(Long.parseLong(micros), ChronoUnit.MICROS);
        }
    }
}
