package io.bakstripe.worker.stripe;

import static io.bakstripe.protocol.message.StripeCommand.StripeGoal.PUBLISH;
import static io.bakstripe.protocol.message.StripeCommand.StripeGoal.STREAM;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.typed.ActorRef;
import akka.persistence.testkit.javadsl.PersistenceTestKit;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.message.DatabaseCommand.StripeReport;
import io.bakstripe.protocol.message.DatabaseCommand.StripeState;
import io.bakstripe.protocol.message.StripeCommand.Forget;
import io.bakstripe.protocol.message.StripeMessage;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.worker.budget.ByteBudget;
import io.bakstripe.worker.journal.StripeEvent;
import io.bakstripe.worker.store.MemoryObjectStore.Call;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Attempts that are over: their uploads are aborted until the store does not know them. */
class StripeForgetTest {
    private static final ActorTestKit KIT = ActorTestKit.create("forget", StripeFixture.config());
    private static final PersistenceTestKit JOURNAL = PersistenceTestKit.create(KIT.system());
    private static final AtomicInteger TASKS = new AtomicInteger();

    private final ByteBudget budget = new ByteBudget(64 << 20);
    private final StripeFixture fixture = new StripeFixture(KIT, TASKS.incrementAndGet(), budget);

    @AfterAll
    static void shutDown() {
        KIT.shutdownTestKit();
    }

    @AfterEach
    void leavesNothingHeld() {
        fixture.expectNothingHeld();
    }

    private Forget forget(long epoch) {
        return new Forget(epoch, fixture.stripe(1), DatabaseRef.of(StripeFixture.INSTANCE, StripeFixture.SHOP));
    }

    @Test
    void answersForAWorkerThatNeverBegan() {
        ActorRef<StripeMessage> worker = fixture.worker(1);

        worker.tell(forget(7));
        assertThat(fixture.await(StripeState.ABORTED).epoch()).isEqualTo(7);
        worker.tell(forget(8));

        assertThat(fixture.await(StripeState.ABORTED).epoch()).isEqualTo(8);
        assertThat(fixture.journal(JOURNAL)).hasSize(2);
    }

    @Test
    void abortsFromTheJournalAloneUntilTheStoreHasForgotten() {
        fixture.data("base/1", 40 << 20);
        ActorRef<StripeMessage> worker = fixture.worker(1);
        worker.tell(fixture.tick(STREAM));
        fixture.await(StripeState.STREAMING);
        fixture.restart(worker);
        fixture.store.abortsToIgnore.set(3);
        ActorRef<StripeMessage> again = fixture.worker(1);

        again.tell(forget(1));
        StripeReport going = fixture.await(StripeState.STREAMING);
        assertThat(going.problem()).isEmpty();
        await().pollInterval(Duration.ofMillis(50)).until(() -> {
            again.tell(forget(1));
            StripeReport report = fixture.last.get();
            return report != null && report.state() == StripeState.ABORTED;
        });

        assertThat(fixture.objects.openUploads()).isEmpty();
        assertThat(fixture.store.abortsToIgnore.get()).isNegative();
    }

    @Test
    void doesNothingElseAnyMoreOnceItWasTold() {
        fixture.data("base/1", 100);
        fixture.objects.fail(Call.ABORT, BackupError.STORE_UNREACHABLE.problem("no route"));
        ActorRef<StripeMessage> worker = fixture.worker(1);
        worker.tell(fixture.tick(STREAM));
        fixture.await(StripeState.DRAINED);
        worker.tell(forget(1));
        int sent = fixture.store.uploaded.size();

        for (int i = 0; i < 3; i++) {
            worker.tell(fixture.tick(io.bakstripe.protocol.message.StripeCommand.StripeGoal.CLOSE));
            fixture.await(StripeState.DRAINED);
        }

        assertThat(fixture.store.uploaded).hasSize(sent);
        fixture.objects.heal(Call.ABORT);
        await().pollInterval(Duration.ofMillis(50)).until(() -> {
            worker.tell(forget(1));
            return fixture.objects.openUploads().isEmpty();
        });
        fixture.await(StripeState.ABORTED);
    }

    @Test
    void answersThatItWasPublished() {
        fixture.data("base/1", 100);
        ActorRef<StripeMessage> worker = fixture.prepared();
        worker.tell(fixture.tick(PUBLISH));
        fixture.await(StripeState.PUBLISHED);

        worker.tell(forget(2));

        assertThat(fixture.await(StripeState.PUBLISHED).epoch()).isEqualTo(2);
        assertThat(fixture.objects.calls(Call.ABORT)).isZero();
    }

    @Test
    void findsThatACompletionWhoseAnswerWasLostHasPublishedIt() {
        fixture.data("base/1", 100);
        fixture.objects.loseAnswers(Call.COMPLETE, BackupError.STORE_UNREACHABLE.problem("reset"));
        fixture.objects.fail(Call.HEAD, BackupError.STORE_UNREACHABLE.problem("reset"));
        ActorRef<StripeMessage> worker = fixture.prepared();
        worker.tell(fixture.tick(PUBLISH));
        await().until(() -> fixture.objects.calls(Call.COMPLETE) == 1);
        fixture.restart(worker);
        ActorRef<StripeMessage> again = fixture.worker(1);

        again.tell(forget(1));
        fixture.await(StripeState.PREPARED);
        await().until(() -> fixture.objects.calls(Call.ABORT) >= 1);
        assertThat(fixture.journal(JOURNAL)).noneMatch(StripeEvent.Aborted.class::isInstance);
        fixture.objects.heal(Call.HEAD);
        await().pollInterval(Duration.ofMillis(50)).until(() -> {
            again.tell(forget(1));
            StripeReport report = fixture.last.get();
            return report != null && report.state() == StripeState.PUBLISHED;
        });

        assertThat(fixture.journal(JOURNAL)).noneMatch(StripeEvent.Aborted.class::isInstance);
    }
}
