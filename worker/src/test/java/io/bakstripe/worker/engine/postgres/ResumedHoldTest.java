package io.bakstripe.worker.engine.postgres;

import static io.bakstripe.worker.engine.postgres.TestSource.NAME;
import static io.bakstripe.worker.engine.postgres.TestSource.failed;
import static io.bakstripe.worker.host.TestHost.column;
import static io.bakstripe.worker.host.TestHost.execute;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.instance.ServerConnection;
import io.bakstripe.protocol.name.Lsn;
import io.bakstripe.protocol.stripe.Extent;
import io.bakstripe.protocol.stripe.ExtentKind;
import io.bakstripe.protocol.stripe.StartFacts;
import io.bakstripe.protocol.stripe.StopFacts;
import io.bakstripe.worker.engine.BackupHold;
import io.bakstripe.worker.engine.Engine.SourceAddress;
import io.bakstripe.worker.engine.ExtentReader;
import io.bakstripe.worker.host.PostgresRelease;
import io.bakstripe.worker.host.PostgresReleases;
import io.bakstripe.worker.host.TestHost;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

@ParameterizedClass
@MethodSource(PostgresReleases.EACH)
class ResumedHoldTest {
    private static final String[] NEW_SEGMENTS_AND_CHECKPOINTS = {
        "CREATE TABLE IF NOT EXISTS noise (a int)",
        "INSERT INTO noise VALUES (1)",
        "SELECT pg_switch_wal()",
        "CHECKPOINT",
        "INSERT INTO noise VALUES (2)",
        "SELECT pg_switch_wal()",
        "CHECKPOINT"
    };

    @TempDir
    static Path data;

    @Parameter
    PostgresRelease release;

    private static TestHost host;
    private static ServerConnection source;
    private static SourceAddress role;
    private static Path pgdata;
    private final PostgresEngine engine = TestSource.engine();

    @BeforeParameterizedClassInvocation
    static void startSource(PostgresRelease release) throws Exception {
        host = new TestHost(data.resolve(release.toString()), release);
        source = host.provision("source", "CREATE TABLE t AS SELECT generate_series(1, 1000) a");
        role = TestSource.backupRole(source, "bk");
        pgdata = Path.of(column(source, "SHOW data_directory").get(0));
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        host.close();
    }

    /** A backup that was stopped and whose connection is gone. */
    private record Stopped(StartFacts start, BackupHold.Stop stop) {
        String firstSegment() {
            return stop.closing().get(0).path();
        }
    }

    private Stopped stopped() throws Exception {
        Stopped stopped;
        try (BackupHold hold = engine.open(role, TestSource.full("to be resumed"))) {
            execute(source, "INSERT INTO t VALUES (1)", "SELECT pg_switch_wal()", "INSERT INTO t VALUES (2)");
            stopped = new Stopped(hold.start(), hold.stop());
        }
        await().untilAsserted(() -> assertThat(column(source, "SELECT slot_name FROM pg_replication_slots"))
                .isEmpty());
        return stopped;
    }

    private BackupHold resume(StartFacts start, BackupHold.Stop stop) {
        List<Extent> inline = stop.closing().stream()
                .filter(extent -> extent.kind() == ExtentKind.INLINE)
                .toList();
        return engine.resume(
                role,
                TestSource.full("resumed"),
                start,
                new StopFacts(
                        stop.lastLsn(),
                        stop.stoppedAt(),
                        10,
                        1000,
                        Optional.empty(),
                        stop.serverTime(),
                        stop.keptLog()),
                inline);
    }

    @Test
    void namesTheSameClosingDataInTheSameOrder() throws Exception {
        Stopped stopped = stopped();

        try (BackupHold resumed = resume(stopped.start(), stopped.stop())) {
            assertThat(resumed.stop()).isEqualTo(stopped.stop());
            assertThat(resumed.start()).isEqualTo(stopped.start());
            assertThat(stopped.stop().closing())
                    .extracting(Extent::kind)
                    .containsExactly(ExtentKind.LOG, ExtentKind.LOG, ExtentKind.INLINE, ExtentKind.CONTROL);
        }
        await().untilAsserted(() -> assertThat(column(source, "SELECT slot_name FROM pg_replication_slots"))
                .isEmpty());
    }

    @Test
    void keepsTheLogOnceItIsTakenUp() throws Exception {
        Stopped stopped = stopped();

        try (BackupHold resumed = resume(stopped.start(), stopped.stop());
                ExtentReader reader = engine.reader(role, NAME)) {
            execute(source, NEW_SEGMENTS_AND_CHECKPOINTS);

            resumed.verifyOpen();
            List<Extent> log = resumed.stop().closing().stream()
                    .filter(extent -> extent.kind() == ExtentKind.LOG)
                    .toList();
            assertThat(TestSource.read(reader, log).stream()
                            .mapToLong(piece -> piece.bytes().length)
                            .sum())
                    .isEqualTo(32L << 20);
        }
    }

    @Test
    void saysWhichLogIsGone() throws Exception {
        Stopped stopped = stopped();
        execute(source, NEW_SEGMENTS_AND_CHECKPOINTS);
        assertThat(pgdata.resolve(stopped.firstSegment())).doesNotExist();

        assertThatThrownBy(() -> resume(stopped.start(), stopped.stop()))
                .satisfies(failed(BackupError.WAL_GONE))
                .hasMessageContaining(stopped.firstSegment());

        assertThat(BackupError.WAL_GONE.category().transientFailure()).isTrue();
        assertThat(BackupError.SESSION_LOST.category().transientFailure()).isTrue();
        await().untilAsserted(() -> assertThat(column(source, "SELECT slot_name FROM pg_replication_slots"))
                .isEmpty());
    }

    @Test
    void refusesAnotherSegmentUnderTheSameName() throws Exception {
        Stopped stopped = stopped();
        Path segment = pgdata.resolve(stopped.firstSegment());
        byte[] right = Files.readAllBytes(segment);
        byte[] recycled = right.clone();
        recycled[11] ^= 1;
        byte[] foreign = right.clone();
        foreign[24] ^= 1;
        try {
            for (byte[] wrong : List.of(recycled, foreign, Arrays.copyOf(right, right.length - 1), new byte[0])) {
                Files.write(segment, wrong);
                assertThatThrownBy(() -> resume(stopped.start(), stopped.stop()))
                        .satisfies(failed(BackupError.WAL_GONE))
                        .hasMessageContaining(stopped.firstSegment());
            }
        } finally {
            Files.write(segment, right);
        }
        resume(stopped.start(), stopped.stop()).close();
    }

    @Test
    void refusesAnotherServerAnotherTimelineAndAServerThatWasSetBack() throws Exception {
        Stopped stopped = stopped();
        StartFacts start = stopped.start();
        BackupHold.Stop later = new BackupHold.Stop(
                Lsn.parse("FF/1"),
                stopped.stop().stoppedAt(),
                stopped.stop().closing(),
                Optional.empty(),
                Optional.empty());

        assertThatThrownBy(() -> resume(with("1", start.timeline()), stopped.stop()))
                .satisfies(failed(BackupError.SESSION_LOST))
                .hasMessageContaining("another server");
        assertThatThrownBy(() -> resume(with(start.systemIdentifier(), start.timeline() + 1), stopped.stop()))
                .satisfies(failed(BackupError.SESSION_LOST))
                .hasMessageContaining("another timeline");
        assertThatThrownBy(() -> resume(start, later))
                .satisfies(failed(BackupError.SESSION_LOST))
                .hasMessageContaining("before the backup's end at FF/1");
    }

    private StartFacts with(String systemIdentifier, int timeline) throws Exception {
        StartFacts known;
        try (BackupHold hold = engine.open(role, TestSource.full("facts"))) {
            known = hold.start();
        }
        return new StartFacts(
                known.engine(),
                known.engineVersion(),
                systemIdentifier,
                timeline,
                known.firstLsn(),
                known.segmentBytes(),
                known.timeZone(),
                known.dbname(),
                known.recoveryFork(),
                known.startedAt());
    }

    @Test
    void noticesThatItsConnectionIsGoneAndThatTheServerIsDown() throws Exception {
        Stopped stopped = stopped();
        try (BackupHold resumed = resume(stopped.start(), stopped.stop())) {
            execute(source, "SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots");

            assertThatThrownBy(resumed::verifyOpen).satisfies(failed(BackupError.DATABASE_UNREACHABLE));
        }
        SourceAddress nowhere = new SourceAddress("jdbc:postgresql://127.0.0.1:1/source", "bk", "secret");
        StopFacts facts = new StopFacts(stopped.stop().lastLsn(), stopped.stop().stoppedAt(), 1, 1);
        assertThatThrownBy(() -> engine.resume(nowhere, TestSource.full("resumed"), stopped.start(), facts, List.of()))
                .satisfies(failed(BackupError.DATABASE_UNREACHABLE));
    }
}
