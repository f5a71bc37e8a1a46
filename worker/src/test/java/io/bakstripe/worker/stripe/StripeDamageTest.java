package io.bakstripe.worker.stripe;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.typed.ActorRef;
import akka.persistence.testkit.javadsl.PersistenceTestKit;
import io.bakstripe.protocol.message.DatabaseCommand.StripeReport;
import io.bakstripe.protocol.message.DatabaseCommand.StripeState;
import io.bakstripe.protocol.message.StripeCommand.StripeGoal;
import io.bakstripe.protocol.message.StripeMessage;
import io.bakstripe.protocol.stripe.Damage;
import io.bakstripe.protocol.stripe.DamagedPage;
import io.bakstripe.worker.budget.ByteBudget;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Pages that are torn while they are read are stored whole; damaged ones are stored as they are, and known of ever after. */
class StripeDamageTest {
    private static final int FOREVER = 1_000_000;
    private static final ActorTestKit KIT = ActorTestKit.create("damage", StripeFixture.config());
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
        JOURNAL.resetPolicy();
        fixture.expectNothingHeld();
    }

    private StripeReport drained(ActorRef<StripeMessage> worker) {
        worker.tell(fixture.tick(StripeGoal.STREAM));
        return fixture.await(StripeState.DRAINED);
    }

    private static Damage damage(DamagedPage... pages) {
        return Damage.of(List.of(pages));
    }

    @Test
    void storesAPageThatWasTornAsItWasReadAgain() {
        fixture.data("base/1", 9 << 20).data("base/2", 3 << 20);
        fixture.database.torn("base/1", 5, 3).torn("base/2", 383, 0);
        ActorRef<StripeMessage> worker = fixture.worker(1);

        StripeReport published = fixture.drive(() -> worker);

        assertThat(published.damage()).isEqualTo(Damage.none());
        assertThat(fixture.database.rereadings).hasValue(5);
        assertThat(fixture.restored().get("base/1")).isEqualTo(fixture.database.files.get("base/1"));
        assertThat(fixture.restored().get("base/2")).isEqualTo(fixture.database.files.get("base/2"));
    }

    @Test
    void goesOnBehindDamagedPagesAndReportsAllOfThem() {
        fixture.data("base/1", 9 << 20).data("base/2", 11 << 20);
        fixture.database
                .torn("base/1", 0, FOREVER)
                .torn("base/1", 1151, FOREVER)
                .torn("base/2", 700, FOREVER);
        ActorRef<StripeMessage> worker = fixture.worker(1);

        StripeReport published = fixture.drive(() -> worker);

        assertThat(published.damage())
                .isEqualTo(damage(
                        new DamagedPage("base/1", 0), new DamagedPage("base/1", 1151), new DamagedPage("base/2", 700)));
        byte[] stored = requireNonNull(fixture.restored().get("base/2"));
        byte[] original = requireNonNull(fixture.database.files.get("base/2"));
        assertThat(stored).hasSize(11 << 20);
        assertThat(stored[700 * 8192]).isEqualTo((byte) 0xEE);
        assertThat(stored[701 * 8192]).isEqualTo(original[701 * 8192]);
    }

    @Test
    void knowsOfDamageThatWasFoundBeforeARestart() {
        fixture.data("base/1", 9 << 20).data("base/2", 11 << 20);
        fixture.database.torn("base/1", 3, FOREVER);
        ActorRef<StripeMessage> worker = fixture.worker(1);
        StripeReport before = drained(worker);
        fixture.restart(worker);
        // Nothing is read any more: only the record knows.
        fixture.database.mended("base/1", 3);

        ActorRef<StripeMessage> successor = fixture.worker(1);
        StripeReport after = fixture.drive(() -> successor);

        assertThat(before.damage()).isEqualTo(damage(new DamagedPage("base/1", 3)));
        assertThat(after.damage()).isEqualTo(before.damage());
    }

    @Test
    void countsThePagesOfAPartThatIsStoredAgainAsTheyWereReadLast() {
        fixture.data("base/1", 9 << 20).data("base/2", 11 << 20);
        fixture.database.torn("base/1", 3, FOREVER).torn("base/2", 1400, FOREVER);
        fixture.store.beforeNextListing(upload -> {
            fixture.store.hide(1);
            fixture.database.mended("base/1", 3);
            fixture.database.torn("base/1", 4, FOREVER).torn("base/1", 6, FOREVER);
        });
        ActorRef<StripeMessage> worker = fixture.worker(1);

        StripeReport published = fixture.drive(() -> worker);

        assertThat(published.damage())
                .isEqualTo(damage(
                        new DamagedPage("base/1", 4), new DamagedPage("base/1", 6), new DamagedPage("base/2", 1400)));
    }

    @Test
    void countsMorePagesThanItNames() {
        fixture.data("base/1", 9 << 20).data("base/2", 11 << 20);
        IntStream.range(0, 300).forEach(block -> fixture.database.torn("base/1", 2 * block, FOREVER));
        IntStream.range(0, 20).forEach(block -> fixture.database.torn("base/2", block, FOREVER));
        ActorRef<StripeMessage> worker = fixture.worker(1);

        StripeReport report = drained(worker);

        assertThat(report.damage().pages()).isEqualTo(320);
        assertThat(report.damage().first()).hasSize(Damage.LISTED).last().isEqualTo(new DamagedPage("base/1", 198));
    }
}
