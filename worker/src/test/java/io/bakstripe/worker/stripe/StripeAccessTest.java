package io.bakstripe.worker.stripe;

import static io.bakstripe.protocol.message.StripeCommand.StripeGoal.ABORT;
import static io.bakstripe.protocol.message.StripeCommand.StripeGoal.STREAM;
import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.typed.ActorRef;
import io.bakstripe.protocol.message.DatabaseCommand.StripeState;
import io.bakstripe.protocol.message.StripeCommand.Forget;
import io.bakstripe.protocol.message.StripeMessage;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.worker.budget.ByteBudget;
import io.bakstripe.worker.store.StoreAccess;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** For whom a stripe worker asks the store, which decides on the role that it does it with (row S3). */
class StripeAccessTest {
    private static final ActorTestKit KIT = ActorTestKit.create("access", StripeFixture.config());
    private static final AtomicInteger TASKS = new AtomicInteger();

    private final StripeFixture fixture = new StripeFixture(KIT, TASKS.incrementAndGet(), new ByteBudget(64 << 20));

    @AfterAll
    static void shutDown() {
        KIT.shutdownTestKit();
    }

    @Test
    void everythingIsAskedForTheTasksInstanceAsItsCoordinatorKnowsIt() {
        fixture.data("base/1", 100);
        ActorRef<StripeMessage> worker = fixture.worker(1);
        worker.tell(fixture.tick(STREAM));
        fixture.await(StripeState.DRAINED);
        worker.tell(fixture.tick(ABORT));
        fixture.await(StripeState.ABORTED);

        StoreAccess expected =
                StoreAccess.of(fixture.stripe(1).attempt(), fixture.spec(1, 1).view());
        assertThat(fixture.accesses).isNotEmpty().containsOnly(expected);
        assertThat(expected.definition()).isPresent();
    }

    @Test
    void aWorkerThatOnlyTidiesUpKnowsNoMoreThanTheTask() {
        fixture.data("base/1", 100);
        ActorRef<StripeMessage> worker = fixture.worker(1);
        worker.tell(fixture.tick(STREAM));
        fixture.await(StripeState.DRAINED);
        fixture.restart(worker);
        fixture.accesses.clear();

        fixture.worker(1)
                .tell(new Forget(1, fixture.stripe(1), DatabaseRef.of(StripeFixture.INSTANCE, StripeFixture.SHOP)));
        fixture.await(StripeState.ABORTED);

        assertThat(fixture.accesses)
                .isNotEmpty()
                .containsOnly(StoreAccess.of(fixture.stripe(1).attempt()));
    }
}
