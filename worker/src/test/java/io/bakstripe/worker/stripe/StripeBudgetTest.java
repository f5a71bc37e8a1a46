package io.bakstripe.worker.stripe;

import static io.bakstripe.protocol.message.StripeCommand.StripeGoal.ABORT;
import static io.bakstripe.protocol.message.StripeCommand.StripeGoal.STREAM;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.typed.ActorRef;
import io.bakstripe.protocol.message.DatabaseCommand.StripeReport;
import io.bakstripe.protocol.message.DatabaseCommand.StripeState;
import io.bakstripe.protocol.message.StripeMessage;
import io.bakstripe.worker.budget.ByteBudget;
import io.bakstripe.worker.format.PartSizing;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StripeBudgetTest {
    private static final int STRIPES = 10;
    private static final ActorTestKit KIT = ActorTestKit.create("budget", StripeFixture.config());

    private static final AtomicInteger TASKS = new AtomicInteger();

    /** Room for three parts and their slack, for ten stripes that would each like four. */
    private final ByteBudget budget = new ByteBudget(20 << 20);

    private final StripeFixture fixture = new StripeFixture(KIT, TASKS.incrementAndGet(), budget);

    @AfterAll
    static void shutDown() {
        KIT.shutdownTestKit();
    }

    @AfterEach
    void stopWorkers() {
        fixture.stopWorkers();
    }

    private List<ActorRef<StripeMessage>> stream() {
        fixture.sizing = new PartSizing(5 << 20, 8 << 20, 1000);
        fixture.data("base/1", 22 << 20);
        fixture.objects.keepNoBytes();
        return IntStream.rangeClosed(1, STRIPES)
                .mapToObj(stripe -> {
                    ActorRef<StripeMessage> worker = fixture.worker(stripe);
                    worker.tell(fixture.tick(STREAM, stripe, STRIPES, 1));
                    return worker;
                })
                .toList();
    }

    @Test
    void tenStripesShareASmallBudgetWithoutExceedingItOrWaitingForEver() {
        stream();

        Set<Integer> drained = new HashSet<>();
        while (drained.size() < STRIPES) {
            StripeReport report = (StripeReport) fixture.coordinator.receiveMessage(Duration.ofSeconds(60));
            assertThat(report.problem()).isEmpty();
            if (report.state() == StripeState.DRAINED) {
                drained.add(report.stripe().stripe());
            }
        }

        assertThat(fixture.store.mostBytesInFlight.get()).isBetween(5L << 20, budget.total());
        await().untilAsserted(() -> assertThat(budget.free()).isEqualTo(budget.total()));
    }

    @Test
    void abortedStripesGiveBackWhatTheyHeldAndWaitedFor() {
        fixture.store.hangParts = true;
        List<ActorRef<StripeMessage>> workers = stream();
        await().untilAsserted(() -> assertThat(fixture.objects.openUploads()).hasSize(STRIPES));
        await().untilAsserted(() -> assertThat(fixture.store.requestsInFlight).hasValue(3));
        assertThat(budget.free()).isLessThan(7 << 20);

        for (int stripe = 1; stripe <= STRIPES; stripe++) {
            workers.get(stripe - 1).tell(fixture.tick(ABORT, stripe, STRIPES, 1));
        }
        await().untilAsserted(() -> assertThat(fixture.objects.openUploads()).isEmpty());
        assertThat(budget.free()).isLessThan(budget.total());
        fixture.store.failHungParts();

        await().untilAsserted(() -> assertThat(budget.free()).isEqualTo(budget.total()));
        assertThat(fixture.store.requestsInFlight).hasValue(0);
    }
}
