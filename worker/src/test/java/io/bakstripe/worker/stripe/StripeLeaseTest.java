package io.bakstripe.worker.stripe;

import static io.bakstripe.protocol.message.StripeCommand.StripeGoal.ABORT;
import static io.bakstripe.protocol.message.StripeCommand.StripeGoal.CLOSE;
import static io.bakstripe.protocol.message.StripeCommand.StripeGoal.PUBLISH;
import static io.bakstripe.protocol.message.StripeCommand.StripeGoal.STREAM;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.typed.ActorRef;
import akka.persistence.testkit.javadsl.PersistenceTestKit;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.message.DatabaseCommand.StripeReport;
import io.bakstripe.protocol.message.DatabaseCommand.StripeState;
import io.bakstripe.protocol.message.StripeMessage;
import io.bakstripe.worker.budget.ByteBudget;
import io.bakstripe.worker.journal.StripeEvent;
import io.bakstripe.worker.store.MemoryObjectStore.Call;
import io.bakstripe.worker.store.RequestScope;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Without a tick in time nothing leaves a worker; with the next one it goes on. */
class StripeLeaseTest {
    private static final ActorTestKit KIT = ActorTestKit.create("lease", StripeFixture.config());
    private static final PersistenceTestKit JOURNAL = PersistenceTestKit.create(KIT.system());
    private static final AtomicInteger TASKS = new AtomicInteger();

    private final AtomicLong nanos = new AtomicLong();
    private final ByteBudget budget = new ByteBudget(64 << 20);
    private final StripeFixture fixture = new StripeFixture(KIT, TASKS.incrementAndGet(), budget);

    StripeLeaseTest() {
        fixture.nanos = nanos::get;
    }

    @AfterAll
    static void shutDown() {
        KIT.shutdownTestKit();
    }

    @AfterEach
    void leavesNothingHeld() {
        fixture.expectNothingHeld();
    }

    private void letTheLeaseRunOut() {
        nanos.addAndGet(StripeFixture.SETTINGS.lease().toNanos());
    }

    @Test
    void isOverUntilItIsRenewedAndWhenItsTimeIsUp() {
        AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 5);
        StripeLease lease = new StripeLease("w", clock::get, Duration.ofNanos(10));
        assertThat(lease.over()).isTrue();

        lease.renew();
        clock.addAndGet(9);
        assertThat(lease.over()).as("over the clock's own end").isFalse();
        clock.incrementAndGet();

        assertThat(lease.over()).isTrue();
        assertThatThrownBy(lease::check)
                .satisfies(failure -> assertThat(Problem.of(failure).error()).isEqualTo(BackupError.LEASE_OVER));
    }

    @Test
    void sendsNothingInABrokenOffScopeAndSharesTheBudget() {
        StripeLease lease = new StripeLease("w", nanos::get, Duration.ofSeconds(8));
        lease.renew();
        RequestScope budgetOfTwo = RequestScope.ofBudget(2);
        StripeLease.Requests one = lease.requests(budgetOfTwo);
        StripeLease.Requests other = lease.requests(budgetOfTwo);

        one.beforeRequest();
        assertThat(one.mayRepeat()).isTrue();
        assertThat(other.mayRepeat()).isTrue();
        assertThat(one.mayRepeat()).isFalse();
        other.answered();
        assertThat(one.mayRepeat()).isTrue();
        one.breakOff();

        assertThatThrownBy(one::beforeRequest).hasMessageContaining("stopped");
        other.beforeRequest();
        letTheLeaseRunOut();
        assertThatThrownBy(other::beforeRequest).hasMessageContaining("has not heard");
    }

    @Test
    void breaksAStreamOffQuietlyAndGoesOnWithTheNextTick() {
        fixture.data("base/1", 60 << 20);
        fixture.store.partDelayMillis = 60;
        ActorRef<StripeMessage> worker = fixture.worker(1);
        worker.tell(fixture.tick(STREAM));
        await().until(() -> fixture.journal(JOURNAL).stream().anyMatch(StripeEvent.PartStored.class::isInstance));

        letTheLeaseRunOut();
        await().untilAsserted(() -> assertThat(fixture.store.requestsInFlight).hasValue(0));
        await().untilAsserted(() -> assertThat(budget.free()).isEqualTo(budget.total()));
        int sent = fixture.store.uploaded.size();
        long recorded = partsRecorded();
        assertThat(fixture.journal(JOURNAL)).noneMatch(StripeEvent.DataDrained.class::isInstance);
        assertThat(sent).isLessThan(10);
        assertThat(recorded).isLessThan(10);

        StripeReport published = fixture.drive(() -> worker);

        assertThat(published.resumed()).isEqualTo(1);
        assertThat(fixture.restored().get("base/1")).isEqualTo(fixture.database.files.get("base/1"));
    }

    private long partsRecorded() {
        return fixture.journal(JOURNAL).stream()
                .filter(StripeEvent.PartStored.class::isInstance)
                .count();
    }

    @Test
    void takesWhatFailsWhileNobodyIsHeardForNoFailure() {
        fixture.data("base/1", 20 << 20);
        fixture.store.hangParts = true;
        ActorRef<StripeMessage> worker = fixture.worker(1);
        worker.tell(fixture.tick(STREAM));
        await().untilAsserted(() -> assertThat(fixture.store.requestsInFlight).hasValue(3));

        letTheLeaseRunOut();
        fixture.store.failHungParts();
        fixture.store.hangParts = false;
        await().untilAsserted(() -> assertThat(budget.free()).isEqualTo(budget.total()));
        assertThat(partsRecorded()).isZero();

        fixture.drive(() -> worker);
        assertThat(fixture.restored().get("base/1")).isEqualTo(fixture.database.files.get("base/1"));
    }

    @Test
    void readsNothingFromTheDatabaseAfterTheLease() {
        PlanReader reader = new PlanReader(
                fixture.sources,
                fixture.spec(1, 1),
                () -> {
                    throw BackupError.LEASE_OVER.problem("w").asException();
                },
                Runnable::run);

        assertThatThrownBy(() -> reader.read(open -> open.statements())
                        .toCompletableFuture()
                        .join())
                .satisfies(failure -> assertThat(Problem.of(failure).error()).isEqualTo(BackupError.LEASE_OVER));
        assertThat(fixture.database.openReaders).hasValue(0);
    }

    @Test
    void neitherPublishesNorAbortsNorComparesAfterTheLease() {
        fixture.data("base/1", 100);
        ActorRef<StripeMessage> worker = fixture.worker(1);
        worker.tell(fixture.tick(STREAM));
        fixture.await(StripeState.DRAINED);
        int listed = fixture.objects.calls(Call.LIST_PARTS);
        int sent = fixture.store.uploaded.size();
        // Each tick renews the lease when it is heard, and it is over again before anything is sent.
        long lease = StripeFixture.SETTINGS.lease().toNanos();
        fixture.nanos = () -> nanos.addAndGet(lease);

        worker.tell(fixture.tick(CLOSE));
        fixture.await(StripeState.CLOSING);
        long heard = nanos.get();
        await().pollInterval(Duration.ofMillis(50)).until(() -> {
            worker.tell(fixture.tick(CLOSE));
            return nanos.get() >= heard + 6 * lease;
        });

        await().untilAsserted(() -> assertThat(budget.free()).isEqualTo(budget.total()));
        assertThat(fixture.objects.calls(Call.LIST_PARTS)).isEqualTo(listed);
        assertThat(fixture.store.uploaded).hasSize(sent);
        fixture.nanos = nanos::get;
        await().pollInterval(Duration.ofMillis(50)).until(() -> {
            worker.tell(fixture.tick(CLOSE));
            StripeReport report = fixture.last.get();
            return report != null && report.state() == StripeState.PREPARED;
        });

        fixture.nanos = () -> nanos.addAndGet(lease);
        worker.tell(fixture.tick(PUBLISH));
        await().until(() -> {
            StripeReport report = fixture.last.get();
            return report != null
                    && report.problem()
                            .filter(problem -> problem.error() == BackupError.LEASE_OVER)
                            .isPresent();
        });
        long before = nanos.get();
        worker.tell(fixture.tick(ABORT));
        await().until(() -> nanos.get() >= before + 2 * lease);

        assertThat(fixture.objects.calls(Call.COMPLETE)).isZero();
        assertThat(fixture.objects.calls(Call.ABORT)).isZero();
        assertThat(fixture.objects.openUploads()).hasSize(1);
    }
}
