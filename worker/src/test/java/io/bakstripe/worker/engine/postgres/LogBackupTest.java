package io.bakstripe.worker.engine.postgres;

import static io.bakstripe.worker.engine.postgres.TestSource.NAME;
import static io.bakstripe.worker.engine.postgres.TestSource.REF;
import static io.bakstripe.worker.engine.postgres.TestSource.failed;
import static io.bakstripe.worker.host.TestHost.column;
import static io.bakstripe.worker.host.TestHost.execute;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.instance.ServerConnection;
import io.bakstripe.protocol.name.Lsn;
import io.bakstripe.protocol.readiness.Finding;
import io.bakstripe.protocol.readiness.Verdict;
import io.bakstripe.protocol.stripe.BackupBasis;
import io.bakstripe.protocol.stripe.ExtentKind;
import io.bakstripe.protocol.stripe.KeptLog;
import io.bakstripe.protocol.stripe.LogChain;
import io.bakstripe.protocol.stripe.StartFacts;
import io.bakstripe.protocol.stripe.StopFacts;
import io.bakstripe.worker.engine.BackupHold;
import io.bakstripe.worker.host.PostgresReleases;
import io.bakstripe.worker.wal.LogLayout;
import io.bakstripe.worker.wal.LogPages;
import io.bakstripe.worker.wal.LogReader;
import io.bakstripe.worker.wal.LogRecord;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Log backups of real servers: what they hold, and what the server keeps for the next one. */
@ParameterizedClass
@MethodSource(PostgresReleases.EACH)
class LogBackupTest extends LoggedSource {
    private static final Instant POSTGRES_EPOCH = Instant.parse("2000-01-01T00:00:00Z");

    @Test
    void keepsTheLogFromTheFirstFullBackupOn() throws Exception {
        assertThat(engine.examine(role, REF, NAME, true).findings())
                .filteredOn(finding -> finding.check().equals("log_slot"))
                .extracting(Finding::verdict)
                .containsExactly(Verdict.ADVICE);
        Instant before = ServerTime.of(source);

        Full first = full();

        KeptLog kept = first.stop().keptLog().orElseThrow();
        assertThat(kept.fresh()).isTrue();
        assertThat(kept.nextLsn()).isLessThanOrEqualTo(first.stop().lastLsn());
        assertThat(kept.nextLsn().value() % first.start().segmentBytes()).isZero();
        assertThat(first.stop().lastLsn().value() - kept.nextLsn().value())
                .isLessThan(first.start().segmentBytes());
        assertThat(first.stop().serverTime().orElseThrow()).isBetween(before, ServerTime.of(source));
        assertThat(Lsn.parse(slot("restart_lsn")))
                .isLessThanOrEqualTo(first.stop().lastLsn());
        assertThat(SLOT).matches("bakstripe_log_[0-9a-f]{16}");
        assertThat(full().stop().keptLog().orElseThrow().fresh()).isFalse();
        // The temporary ones go with their sessions, a moment later.
        await().untilAsserted(() -> assertThat(column(source, "SELECT slot_name FROM pg_replication_slots"))
                .containsExactly(SLOT));
        try (BackupHold simple = engine.open(role, TestSource.full("simple"))) {
            assertThat(simple.stop().keptLog()).isEmpty();
        }
        assertThat(engine.examine(role, REF, NAME, true).findings())
                .noneMatch(finding -> finding.verdict() == Verdict.PROBLEM)
                .filteredOn(finding -> finding.check().equals("log_slot"))
                .extracting(Finding::verdict)
                .containsExactly(Verdict.GOOD);
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
            assertThat(log.span().fence())
                    .isAfter(chain.fence())
                    .isBefore(log.span().until());
            assertThat(log.start().databases()).isEmpty();
            chain = published(chain, log);
            execute(source, "CHECKPOINT");
        }
        Map<String, byte[]> files = new HashMap<>();
        for (Log log : logs) {
            assertThat(log.segments())
                    .hasSizeGreaterThanOrEqualTo(2)
                    .allMatch(segment -> segment.kind() == ExtentKind.LOG);
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

        try (BackupHold resumed =
                engine.resume(role, TestSource.order("log", BackupBasis.log(chain)), log.start(), stopped, List.of())) {
            resumed.verifyOpen();
            assertThat(resumed.stop().lastLsn()).isEqualTo(log.lastLsn());
            assertThat(resumed.stop().closing()).isEmpty();
        }
        assertThatThrownBy(() -> engine.giveBack(role, REF, NAME, log.lastLsn()))
                .satisfies(failed(BackupError.DATABASE_UNREACHABLE));
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
                .noneMatch(finding -> finding.verdict() == Verdict.PROBLEM);
        assertThat(engine.examine(role, REF, NAME, true).findings())
                .anyMatch(finding -> finding.check().equals("grants")
                        && finding.verdict() == Verdict.PROBLEM
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
