package io.bakstripe.coordinator.database;

import static io.bakstripe.coordinator.database.Given.LOST;
import static io.bakstripe.coordinator.database.Given.ONE;
import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.FishingOutcomes;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import io.bakstripe.coordinator.Samples;
import io.bakstripe.protocol.message.CancelReply;
import io.bakstripe.protocol.message.DatabaseCommand.Cancel;
import io.bakstripe.protocol.message.DatabaseCommand.Probe;
import io.bakstripe.protocol.message.DatabaseCommand.SessionEnded;
import io.bakstripe.protocol.message.DatabaseCommand.SessionFailed;
import io.bakstripe.protocol.message.DatabaseCommand.SessionOpened;
import io.bakstripe.protocol.message.DatabaseCommand.SlotReleased;
import io.bakstripe.protocol.message.DatabaseCommand.StripeState;
import io.bakstripe.protocol.message.DatabaseCommand.TidyNoted;
import io.bakstripe.protocol.message.InstanceCommand.ReleaseSlot;
import io.bakstripe.protocol.message.InstanceCommand.Tidied;
import io.bakstripe.protocol.message.StripeCommand;
import io.bakstripe.protocol.stripe.Storage;
import io.bakstripe.protocol.task.Lifecycle;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** A store that does not confirm aborts for longer than a task's end waits for it. */
class DatabaseLeftoversTest extends AmongProbes {
    private void streams() {
        started(Samples.backup(Samples.SHOP, 2));
        phase(TaskPhase.OPENING);
        tell(new SessionOpened(Given.FIRST, 1, Samples.start(), List.of(1_000L, 1_000L), 7));
        phase(TaskPhase.STREAMING);
    }

    private void endsWithTheSecondStripeUnconfirmed() {
        streams();
        database.<CancelReply>runCommand(replyTo -> new Cancel(ONE, Samples.ME, Optional.empty(), replyTo));
        phase(TaskPhase.ROLLING_BACK);
        tell(report(1, StripeState.ABORTED, 1));
        tell(new SessionEnded(Given.FIRST, 1));
        clock.advance(SETTINGS.rollbackLimit());
        assertThat(ended().row().lifecycle()).isEqualTo(Lifecycle.CANCELLED);
    }

    private void forgets(int stripe) {
        peers.stripe.fishForMessage(
                Duration.ofSeconds(3),
                message -> message.equals(new StripeCommand.Forget(1, Given.FIRST.stripe(stripe), Samples.SHOP_REF))
                        ? FishingOutcomes.complete()
                        : FishingOutcomes.continueAndIgnore());
    }

    @Test
    void abortsFurtherAfterTheEndAndTellsTheInstanceWhenAllIsGone() {
        endsWithTheSecondStripeUnconfirmed();
        assertThat(database.getState().recent().get(0).detail().row().taskInfo())
                .contains("has not confirmed that the uploads of stripe(s) 2 are gone");
        assertThat(instanceGets(ReleaseSlot.class)).isEqualTo(new ReleaseSlot(Samples.SHOP_REF, ONE, true));
        tell(new SlotReleased(ONE));
        forgets(2);

        restartsEqual();
        clock.advance(SETTINGS.idle());

        forgets(2);
        shard.expectNoMessage(Duration.ofMillis(200));
        tell(report(2, StripeState.ABORTED, 1));
        Awaitility.await().until(() -> database.getState().leftovers().isEmpty());
        assertThat(instanceGets(Tidied.class)).isEqualTo(new Tidied(Samples.SHOP_REF, ONE));
        restartsEqual();
        assertThat(instanceGets(Tidied.class)).isEqualTo(new Tidied(Samples.SHOP_REF, ONE));
        tell(new TidyNoted(ONE));
        Awaitility.await().until(() -> database.getState().idle());
        clock.advance(SETTINGS.idle());
        shard.expectMessageClass(ClusterSharding.Passivate.class);
    }

    @Test
    void takesOnlyAFinalStateForAnAnswer() {
        endsWithTheSecondStripeUnconfirmed();

        tell(report(2, StripeState.STREAMING, 1));
        tell(report(2, StripeState.FAILED, 1));
        tell(report(1, StripeState.ABORTED, 1));

        assertThat(database.getState().leftovers())
                .containsExactly(new Leftover(ONE, 1, 1, List.of(2), Storage.NATIVE));
        tell(report(2, StripeState.PUBLISHED, 1));
        assertThat(database.getState().leftovers()).isEmpty();
    }

    @Test
    void tellsTheInstanceOnlyOnceItHasClosedTheTask() {
        endsWithTheSecondStripeUnconfirmed();
        tell(report(2, StripeState.ABORTED, 1));
        Awaitility.await().until(() -> database.getState().leftovers().isEmpty());
        assertThat(database.getState().tidied()).isEmpty();
        peers.instance.fishForMessage(
                Duration.ofSeconds(3),
                message -> message.equals(new ReleaseSlot(Samples.SHOP_REF, ONE, false))
                        ? FishingOutcomes.complete()
                        : message instanceof Tidied
                                ? FishingOutcomes.fail("too early")
                                : FishingOutcomes.continueAndIgnore());

        tell(new SlotReleased(ONE));

        assertThat(instanceGets(Tidied.class).task()).isEqualTo(ONE);
        tell(new TidyNoted(ONE));
        Awaitility.await().until(() -> database.getState().idle());
    }

    @Test
    void answersAProbeSoThatTheInstanceCannotForgetTheLeftovers() {
        endsWithTheSecondStripeUnconfirmed();
        tell(new SlotReleased(ONE));
        Awaitility.await().until(() -> database.getState().unreleased().isEmpty());
        peers.instance.receiveSeveralMessages(1);

        database.runCommand(new Probe(ONE, new UUID(9, 1)));

        assertThat(instanceGets(ReleaseSlot.class).leftovers()).isTrue();
    }

    @Test
    void beginsAnotherAttemptAndAbortsTheOldOneBesideIt() {
        streams();
        tell(new SessionFailed(Given.FIRST, 1, LOST));
        phase(TaskPhase.ROLLING_BACK);
        clock.advance(SETTINGS.rollbackLimit());

        phase(TaskPhase.OPENING);

        assertThat(database.getState().leftovers())
                .containsExactly(new Leftover(ONE, 1, 1, List.of(1, 2), Storage.NATIVE));
        forgets(1);
        forgets(2);
        stripes(StripeState.ABORTED, 1);
        Awaitility.await().until(() -> database.getState().leftovers().isEmpty());
        assertThat(database.getState().untold()).isEmpty();
        assertThat(Given.phaseOf(database.getState())).isEqualTo(TaskPhase.OPENING);
    }
}
