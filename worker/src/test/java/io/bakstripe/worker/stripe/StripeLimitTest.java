package io.bakstripe.worker.stripe;

import static io.bakstripe.protocol.message.StripeCommand.StripeGoal.ABORT;
import static io.bakstripe.protocol.message.StripeCommand.StripeGoal.STREAM;
import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.typed.ActorRef;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.message.DatabaseCommand.StripeState;
import io.bakstripe.protocol.message.StripeMessage;
import io.bakstripe.worker.budget.ByteBudget;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Files that reach the largest size that the store takes (row L3). */
class StripeLimitTest {
    private static final ActorTestKit KIT = ActorTestKit.create("limit", StripeFixture.config());

    private final StripeFixture fixture = new StripeFixture(KIT, 1, new ByteBudget(64 << 20));

    @AfterAll
    static void shutDown() {
        KIT.shutdownTestKit();
    }

    @AfterEach
    void leavesNothingHeld() {
        fixture.expectNothingHeld();
    }

    @Test
    void endWithTheNumberOfFilesThatWouldDoAndLeaveNothing() {
        // Room for three parts of 5 MiB: one for data, one for what closes the backup, one for the trailer.
        fixture.objects.withMaxObjectBytes(24 << 20);
        fixture.data("base/1", 20 << 20);
        ActorRef<StripeMessage> worker = fixture.worker(1);

        worker.tell(fixture.tick(STREAM));

        Problem problem = fixture.await(StripeState.FAILED).problem().orElseThrow();
        assertThat(problem.error()).isEqualTo(BackupError.STRIPE_LIMIT);
        assertThat(problem.transientFailure())
                .as("another attempt would only store as much again")
                .isFalse();
        assertThat(problem.detail()).contains(fixture.file(1).toString());
        assertThat(problem.hint()).isEqualTo("Set number_of_files to at least 4.");
        worker.tell(fixture.tick(ABORT));
        fixture.await(StripeState.ABORTED);
        assertThat(fixture.objects.openUploads()).isEmpty();
        assertThat(fixture.objects.files()).isEmpty();
    }
}
