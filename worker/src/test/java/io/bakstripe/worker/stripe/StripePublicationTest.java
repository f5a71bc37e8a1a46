package io.bakstripe.worker.stripe;

import static io.bakstripe.protocol.message.StripeCommand.StripeGoal.CLOSE;
import static io.bakstripe.protocol.message.StripeCommand.StripeGoal.PUBLISH;
import static io.bakstripe.protocol.message.StripeCommand.StripeGoal.STREAM;
import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.typed.ActorRef;
import akka.persistence.testkit.javadsl.PersistenceTestKit;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.message.DatabaseCommand.StripeReport;
import io.bakstripe.protocol.message.DatabaseCommand.StripeState;
import io.bakstripe.protocol.message.StripeMessage;
import io.bakstripe.worker.budget.ByteBudget;
import io.bakstripe.worker.journal.StripeEvent;
import io.bakstripe.worker.store.MemoryObjectStore.Call;
import io.bakstripe.worker.store.ObjectStore.Completion;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Closing and publishing: after a restart, beside foreign objects, and when the store does not answer. */
class StripePublicationTest {
    private static final ActorTestKit KIT = ActorTestKit.create("stripe", StripeFixture.config());
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

    @Test
    void publishesAfterARestartFromItsJournalAlone() {
        fixture.data("base/1", 7 << 20);
        fixture.restart(fixture.prepared());
        fixture.data = List.of();
        fixture.closing = List.of();
        fixture.database.files.clear();

        ActorRef<StripeMessage> again = fixture.worker(1);
        again.tell(fixture.tick(STREAM));
        fixture.await(StripeState.PREPARED);
        again.tell(fixture.tick(PUBLISH));
        fixture.await(StripeState.PUBLISHED);
        fixture.restart(again);
        ActorRef<StripeMessage> third = fixture.worker(1);
        third.tell(fixture.tick(PUBLISH));

        fixture.await(StripeState.PUBLISHED);
        assertThat(fixture.objects.calls(Call.COMPLETE)).isEqualTo(1);
        assertThat(fixture.journal(JOURNAL).get(fixture.journal(JOURNAL).size() - 1))
                .isInstanceOf(StripeEvent.Closed.class);
    }

    @Test
    void closesAfterARestartThatCameBetweenThePlans() {
        fixture.data("base/1", 6 << 20);
        ActorRef<StripeMessage> worker = fixture.worker(1);
        worker.tell(fixture.tick(STREAM));
        fixture.await(StripeState.DRAINED);
        fixture.restart(worker);

        ActorRef<StripeMessage> again = fixture.worker(1);
        again.tell(fixture.tick(CLOSE));

        fixture.await(StripeState.PREPARED);
    }

    @Test
    void refusesToPublishOverAForeignObject() {
        fixture.data("base/1", 100);
        ActorRef<StripeMessage> worker = fixture.prepared();
        fixture.objects.put(fixture.file(1), new byte[1], Map.of());

        worker.tell(fixture.tick(PUBLISH));

        assertThat(fixture.await(StripeState.FAILED).problem().orElseThrow().error())
                .isEqualTo(BackupError.PUBLISH_CONFLICT);
        assertThat(fixture.objects.bytes(fixture.file(1)).orElseThrow()).hasSize(1);
    }

    @Test
    void overwritesAForeignObjectWhenItIsToldTo() {
        fixture.data("base/1", 100);
        fixture.overwrite = true;
        ActorRef<StripeMessage> worker = fixture.prepared();
        fixture.objects.put(fixture.file(1), new byte[1], Map.of());

        worker.tell(fixture.tick(PUBLISH));

        fixture.await(StripeState.PUBLISHED);
        assertThat(fixture.objects.bytes(fixture.file(1)).orElseThrow().length).isGreaterThan(1);
    }

    @Test
    void findsItsOwnObjectWhenTheAnswerToTheCompletionWasLost() {
        fixture.data("base/1", 100);
        fixture.objects.loseAnswers(Call.COMPLETE, BackupError.STORE_UNREACHABLE.problem("connection reset"));
        ActorRef<StripeMessage> worker = fixture.prepared();

        worker.tell(fixture.tick(PUBLISH));

        fixture.await(StripeState.PUBLISHED);
    }

    @Test
    void triesAgainAtTheNextTickWhenTheStoreDoesNotAnswerTheCompletion() {
        fixture.data("base/1", 100);
        fixture.objects.fail(Call.COMPLETE, BackupError.STORE_UNREACHABLE.problem("no route"));
        ActorRef<StripeMessage> worker = fixture.prepared();
        worker.tell(fixture.tick(PUBLISH));
        fixture.await(StripeState.PREPARED);
        StripeReport waiting = fixture.await(StripeState.PREPARED);
        assertThat(waiting.problem().orElseThrow().error()).isEqualTo(BackupError.STORE_UNREACHABLE);
        fixture.objects.heal(Call.COMPLETE);

        worker.tell(fixture.tick(PUBLISH));

        assertThat(fixture.await(StripeState.PUBLISHED).problem()).isEmpty();
    }

    @Test
    void triesAgainWhenWhoeverTookTheKeyHasLeftItAgain() {
        fixture.data("base/1", 100);
        ActorRef<StripeMessage> worker = fixture.prepared();
        fixture.store.completions.add(Completion.KEY_TAKEN);

        worker.tell(fixture.tick(PUBLISH));
        fixture.await(StripeState.PREPARED);
        assertThat(fixture.await(StripeState.PREPARED).problem().orElseThrow().error())
                .isEqualTo(BackupError.PUBLISH_CONFLICT);
        worker.tell(fixture.tick(PUBLISH));

        fixture.await(StripeState.PUBLISHED);
    }

    @Test
    void findsItsOwnObjectUnderATakenKey() {
        fixture.data("base/1", 100);
        ActorRef<StripeMessage> worker = fixture.prepared();
        fixture.objects.put(fixture.file(1), new byte[1], ours("1"));

        worker.tell(fixture.tick(PUBLISH));

        fixture.await(StripeState.PUBLISHED);
    }

    private static Map<String, String> ours(String family) {
        return Map.of("bakstripe-set-id", StripeFixture.SET.toString(), "bakstripe-family", family);
    }

    private ActorRef<StripeMessage> preparedWithoutUpload() {
        fixture.data("base/1", 100);
        ActorRef<StripeMessage> worker = fixture.prepared();
        fixture.objects.openUploads().forEach(fixture.objects::abort);
        return worker;
    }

    @Test
    void findsItsOwnObjectWhenTheUploadIsGone() {
        ActorRef<StripeMessage> worker = preparedWithoutUpload();
        fixture.objects.put(fixture.file(1), new byte[1], ours("1"));

        worker.tell(fixture.tick(PUBLISH));

        fixture.await(StripeState.PUBLISHED);
    }

    @Test
    void doesNotAskForEverForAnUploadThatIsGoneWithoutAnObject() {
        ActorRef<StripeMessage> worker = preparedWithoutUpload();

        worker.tell(fixture.tick(PUBLISH));

        assertThat(fixture.await(StripeState.FAILED).problem().orElseThrow().error())
                .isEqualTo(BackupError.UPLOAD_LOST);
        worker.tell(fixture.tick(PUBLISH));
        fixture.await(StripeState.FAILED);
        assertThat(fixture.objects.calls(Call.COMPLETE)).isEqualTo(1);
    }

    @Test
    void knowsAForeignObjectWhenTheUploadIsGone() {
        ActorRef<StripeMessage> worker = preparedWithoutUpload();
        // The same set's, but another stripe.
        fixture.objects.put(fixture.file(1), new byte[1], ours("2"));

        worker.tell(fixture.tick(PUBLISH));

        assertThat(fixture.await(StripeState.FAILED).problem().orElseThrow().error())
                .isEqualTo(BackupError.PUBLISH_CONFLICT);
    }

    @Test
    void decidesNothingWhileItCannotSeeTheObject() {
        ActorRef<StripeMessage> worker = preparedWithoutUpload();
        fixture.objects.put(fixture.file(1), new byte[1], ours("1"));
        fixture.objects.fail(Call.HEAD, BackupError.STORE_UNREACHABLE.problem("no route"));

        worker.tell(fixture.tick(PUBLISH));
        fixture.await(StripeState.PREPARED);
        assertThat(fixture.await(StripeState.PREPARED).problem().orElseThrow().error())
                .isEqualTo(BackupError.STORE_UNREACHABLE);
        fixture.objects.heal(Call.HEAD);
        worker.tell(fixture.tick(PUBLISH));

        fixture.await(StripeState.PUBLISHED);
    }

    @Test
    void failsWhenTheStoreRefusesTheCompletion() {
        fixture.data("base/1", 100);
        fixture.objects.fail(Call.COMPLETE, BackupError.ACCESS_DENIED.problem("withdrawn"));
        ActorRef<StripeMessage> worker = fixture.prepared();

        worker.tell(fixture.tick(PUBLISH));

        assertThat(fixture.await(StripeState.FAILED).problem().orElseThrow().error())
                .isEqualTo(BackupError.ACCESS_DENIED);
    }
}
