package io.bakstripe.worker.preflight;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.message.PreflightCommand.Examine;
import io.bakstripe.protocol.message.PreflightCommand.Examined;
import io.bakstripe.protocol.name.HostName;
import io.bakstripe.protocol.readiness.Finding;
import io.bakstripe.protocol.readiness.Readiness;
import io.bakstripe.protocol.readiness.Verdict;
import io.bakstripe.worker.engine.EngineVersions;
import io.bakstripe.worker.engine.RestoreHost;
import io.bakstripe.worker.restore.SetFinder;
import io.bakstripe.worker.store.MemoryObjectStore;
import io.bakstripe.worker.store.Stores;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class ExaminationTest {
    private static final ActorTestKit KIT = ActorTestKit.create();
    private static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");

    private final TestProbe<Examined> answers = KIT.createTestProbe();
    private final TestSources sources = new TestSources();
    private Duration limit = Duration.ofSeconds(5);

    @AfterAll
    static void shutDown() {
        KIT.shutdownTestKit();
    }

    private Readiness examined() {
        SetFinder finder = from -> CompletableFuture.failedFuture(
                BackupError.FILE_UNKNOWN.problem("nothing").asException());
        KIT.spawn(Preflight.create(new PreflightDependencies(
                        Stores.only(new MemoryObjectStore()),
                        sources,
                        any -> finder,
                        new PreflightSettings(limit, true, true, 10),
                        () -> NOW)))
                .tell(new Examine(PreflightTest.VIEW, PreflightTest.DATABASE, PreflightTest.SHOP, answers.getRef()));
        return answers.receiveMessage(Duration.ofSeconds(10)).readiness();
    }

    @Test
    void saysWhatTheEngineFound() {
        Readiness readiness = examined();

        assertThat(readiness.database()).isEqualTo(PreflightTest.SHOP);
        assertThat(readiness.ready()).isTrue();
        assertThat(readiness.findings()).containsExactly(Finding.good("size", "12345 bytes"));
    }

    @Test
    void comparesTheRoomOnTheHostWithTheSizeOfTheDatabase() {
        sources.host = host(12_345_000_000L);
        sources.inspection = () -> 12_345_000_000L;
        assertThat(space(examined()))
                .isEqualTo(Finding.good(
                        "free_space", "host east has 12345 MB free, a restore of this database needs about 12345 MB"));

        sources.host = host(12_000_000_000L);
        Readiness readiness = examined();
        assertThat(space(readiness).verdict()).isEqualTo(Verdict.ADVICE);
        assertThat(space(readiness).found()).startsWith("host east has 12000 MB free");
        assertThat(readiness.ready()).isTrue();
    }

    @Test
    void advisesToStartTheHostThatDoesNotAnswer() {
        Problem silent = BackupError.HOST_UNAVAILABLE.problem("east");
        sources.host = CompletableFuture.failedStage(silent.asException());

        assertThat(space(examined()))
                .isEqualTo(Finding.advice("free_space", "not known: " + silent.detail(), silent.hint()));
    }

    private static Finding space(Readiness readiness) {
        return readiness.findings().stream()
                .filter(finding -> finding.check().equals("free_space"))
                .findFirst()
                .orElseThrow();
    }

    private static CompletionStage<Optional<RestoreHost>> host(long freeBytes) {
        return CompletableFuture.completedStage(
                Optional.of(new RestoreHost(new HostName("east"), new EngineVersions(List.of("18")), freeBytes)));
    }

    @Test
    void makesAFindingOfAnAddressThatIsNotToBeHad() {
        Problem silent = BackupError.HOST_UNAVAILABLE.problem("east");
        sources.address = CompletableFuture.failedStage(silent.asException());

        assertThat(examined().findings()).containsExactly(Finding.problem("connection", silent));
    }

    @Test
    void answersInTimeWhenTheDatabaseHangs() {
        limit = Duration.ofMillis(300);
        CountDownLatch never = new CountDownLatch(1);
        sources.inspection = () -> {
            never.await();
            return 0;
        };

        Readiness readiness = examined();

        never.countDown();
        assertThat(readiness.ready()).isFalse();
        assertThat(readiness.findings())
                .singleElement()
                .satisfies(finding -> assertThat(finding.code()).contains(BackupError.DATABASE_UNREACHABLE.code()));
    }
}
