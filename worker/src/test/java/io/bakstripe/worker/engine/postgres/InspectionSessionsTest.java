package io.bakstripe.worker.engine.postgres;

import static io.bakstripe.worker.engine.postgres.TestSource.NAME;
import static io.bakstripe.worker.engine.postgres.TestSource.SETTINGS;
import static io.bakstripe.worker.engine.postgres.TestSource.failed;
import static io.bakstripe.worker.host.TestHost.column;
import static io.bakstripe.worker.host.TestHost.execute;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.instance.ServerConnection;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.worker.engine.Engine.SourceAddress;
import io.bakstripe.worker.host.TestHost;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InspectionSessionsTest {
    private static final Duration KEEP = Duration.ofSeconds(5);
    private static final String BACKENDS =
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'bakstripe' AND usename = 'bk'";

    @TempDir
    static Path data;

    private static TestHost host;
    private static ServerConnection source;
    private static SourceAddress role;

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-05-01T00:00:00Z"));
    private final InspectionSessions sessions = sessions(2, KEEP, SETTINGS.inspectTimeout());

    @BeforeAll
    static void startSource() throws Exception {
        host = new TestHost(data);
        source = host.provision("source");
        role = TestSource.backupRole(source, "bk");
    }

    @AfterAll
    static void stop() {
        host.close();
    }

    @AfterEach
    void closeSessions() throws Exception {
        sessions.close();
        await().untilAsserted(() -> assertThat(column(source, BACKENDS)).containsExactly("0"));
    }

    private InspectionSessions sessions(int atOnce, Duration keep, Duration patience) {
        return new InspectionSessions(
                new PostgresSettings(
                        SETTINGS.connectTimeout(),
                        patience,
                        SETTINGS.answerTimeout(),
                        SETTINGS.checkpointTimeout(),
                        SETTINGS.summaryTimeout(),
                        SETTINGS.chunkBytes(),
                        SETTINGS.copyBytes(),
                        SETTINGS.copyRanges(),
                        SETTINGS.load(),
                        new InspectionSettings(atOnce, keep)),
                now::get);
    }

    private static int backend(PostgresSession session) {
        return session.one("SELECT pg_backend_pid()", row -> row.getInt(1));
    }

    private int look() {
        return sessions.look(role, NAME, InspectionSessionsTest::backend);
    }

    @Test
    void usesASessionAgainWhileItIsYoung() {
        int first = look();
        now.updateAndGet(since -> since.plus(KEEP).minusMillis(1));

        assertThat(look()).isEqualTo(first);
        assertThat(sessions.open()).isEqualTo(1);
    }

    @Test
    void logsInAnewOnceASessionIsAsOldAsItMayBeHoweverOftenItWasUsed() {
        int first = look();
        now.updateAndGet(since -> since.plus(KEEP).minusMillis(1));
        look();
        now.updateAndGet(since -> since.plusMillis(1));

        assertThat(look()).isNotEqualTo(first);
    }

    @Test
    void closesSessionsThatNobodyUses() throws Exception {
        look();
        assertThat(column(source, BACKENDS)).containsExactly("1");

        now.updateAndGet(since -> since.plus(KEEP));

        await().untilAsserted(() -> assertThat(column(source, BACKENDS)).containsExactly("0"));
        assertThat(sessions.open()).isZero();
    }

    @Test
    void replacesSessionsThatTheServerEnded() throws Exception {
        twoAtOnce();
        execute(
                source,
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'bakstripe'");

        assertThat(look()).isPositive();
        assertThat(look()).isPositive();
        assertThat(sessions.open()).isEqualTo(1);
    }

    @Test
    void tellsTheLossOfASessionThatWasOpenedForTheLook() {
        assertThatThrownBy(() -> sessions.look(role, NAME, session -> {
                    int own = backend(session);
                    kill(own);
                    return backend(session);
                }))
                .satisfies(failed(BackupError.DATABASE_UNREACHABLE));
        assertThat(sessions.open()).isZero();
    }

    private static void kill(int backend) {
        try {
            execute(source, "SELECT pg_terminate_backend(" + backend + ", 5000)");
        } catch (java.sql.SQLException failure) {
            throw new IllegalStateException(failure);
        }
    }

    @Test
    void keepsASessionInWhichSomethingWasRefusedAndDropsOneInWhichAStatementFailed() {
        int first = look();
        assertThatThrownBy(() -> sessions.look(role, NAME, session -> {
                    throw BackupError.STANDBY_UNSUPPORTED.problem(NAME).asException();
                }))
                .satisfies(failed(BackupError.STANDBY_UNSUPPORTED));
        assertThat(look()).isEqualTo(first);

        assertThatThrownBy(() ->
                        sessions.look(role, NAME, session -> session.one("SELECT 1 / 0", row -> row.getInt(1))))
                .satisfies(failed(BackupError.ENGINE_FAILED));
        assertThat(look()).isNotEqualTo(first);
    }

    @Test
    void namesTheDatabaseThatIsAskedFor() {
        look();
        DatabaseName other = new DatabaseName("Other");

        assertThat(sessions.look(role, other, PostgresSession::display)).isEqualTo(other);
        assertThat(sessions.open()).isEqualTo(1);
    }

    @Test
    void respectsOtherCredentialsAtOnce() throws Exception {
        look();
        execute(source, "ALTER ROLE bk PASSWORD 'another'");
        try {
            assertThatThrownBy(() -> sessions.look(
                            new SourceAddress(role.jdbcUrl(), "bk", "wrong"), NAME, InspectionSessionsTest::backend))
                    .satisfies(failed(BackupError.DATABASE_LOGIN_REFUSED));
            assertThat(sessions.look(
                            new SourceAddress(role.jdbcUrl(), "bk", "another"), NAME, InspectionSessionsTest::backend))
                    .isPositive();
            // What the server refuses by now is refused as soon as the session is as old as it may be.
            now.updateAndGet(since -> since.plus(KEEP));
            assertThatThrownBy(this::look).satisfies(failed(BackupError.DATABASE_LOGIN_REFUSED));
        } finally {
            execute(source, "ALTER ROLE bk PASSWORD 'secret'");
        }
    }

    @Test
    void letsFurtherLooksWaitForASession() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        List<CompletableFuture<Integer>> holding = hold(go);
        CompletableFuture<Integer> third = CompletableFuture.supplyAsync(this::look);
        assertThat(third).isNotDone();

        go.countDown();

        assertThat(third.get(10, TimeUnit.SECONDS)).isPositive();
        for (CompletableFuture<Integer> each : holding) {
            each.get(10, TimeUnit.SECONDS);
        }
        assertThat(sessions.open()).isEqualTo(2);
    }

    @Test
    void givesUpWhenNoSessionBecomesFree() throws Exception {
        try (InspectionSessions one = sessions(1, KEEP, Duration.ofSeconds(1))) {
            one.look(role, NAME, session -> {
                assertThatThrownBy(() -> one.look(role, NAME, InspectionSessionsTest::backend))
                        .satisfies(failed(BackupError.DATABASE_UNREACHABLE))
                        .hasMessageContaining(
                                "none of the 1 sessions that may look at the server at once became free within 1.0 s");
                return 0;
            });
        }
    }

    @Test
    void keepsNothingWhereNothingIsToBeKept() throws Exception {
        try (InspectionSessions unkept = sessions(2, Duration.ZERO, SETTINGS.inspectTimeout())) {
            int first = unkept.look(role, NAME, InspectionSessionsTest::backend);

            assertThat(unkept.open()).isZero();
            assertThat(unkept.look(role, NAME, InspectionSessionsTest::backend)).isNotEqualTo(first);
        }
    }

    @Test
    void refusesAfterItWasClosed() {
        sessions.close();

        assertThatThrownBy(this::look)
                .satisfies(failed(BackupError.DATABASE_UNREACHABLE))
                .hasMessageContaining("the node is stopping");
    }

    private void twoAtOnce() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        List<CompletableFuture<Integer>> holding = hold(go);
        go.countDown();
        for (CompletableFuture<Integer> each : holding) {
            each.get(10, TimeUnit.SECONDS);
        }
    }

    /** Two looks that go on until told; returns when both are under way. */
    private List<CompletableFuture<Integer>> hold(CountDownLatch go) throws InterruptedException {
        CountDownLatch underWay = new CountDownLatch(2);
        List<CompletableFuture<Integer>> holding = IntStream.range(0, 2)
                .mapToObj(number -> CompletableFuture.supplyAsync(() -> sessions.look(role, NAME, session -> {
                    underWay.countDown();
                    try {
                        assertThat(go.await(10, TimeUnit.SECONDS)).isTrue();
                    } catch (InterruptedException interrupted) {
                        throw new IllegalStateException(interrupted);
                    }
                    return backend(session);
                })))
                .toList();
        assertThat(underWay.await(10, TimeUnit.SECONDS)).isTrue();
        return holding;
    }
}
