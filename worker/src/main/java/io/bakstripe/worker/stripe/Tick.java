package io.bakstripe.worker.stripe;

import io.bakstripe.protocol.message.StripeCommand.Ensure;
import io.bakstripe.protocol.message.StripeCommand.Forget;
import io.bakstripe.protocol.message.StripeCommand.StripeGoal;
import io.bakstripe.protocol.message.StripeCommand.StripeSpec;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.stripe.StopFacts;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a worker has been told last.
 *
 * @param spec empty when all that was ever heard is that the stripe is to be forgotten
 * @param stop the set's closing facts, once they were told
 * @param forgotten nothing but the abort is wanted any more
 */
record Tick(
        long epoch,
        StripeGoal goal,
        DatabaseRef database,
        Optional<StripeSpec> spec,
        Optional<StopFacts> stop,
        boolean forgotten) {

    static Tick of(Ensure ensure, @Nullable Tick before) {
        boolean forgotten = before != null && before.forgotten();
        Optional<StopFacts> stop =
                before == null ? ensure.stop() : ensure.stop().or(before::stop);
        return new Tick(
                ensure.epoch(),
                forgotten ? StripeGoal.ABORT : ensure.goal(),
                ensure.spec().database(),
                Optional.of(ensure.spec()),
                stop,
                forgotten);
    }

    static Tick of(Forget forget, @Nullable Tick before) {
        return new Tick(
                forget.epoch(),
                StripeGoal.ABORT,
                forget.database(),
                before == null ? Optional.empty() : before.spec(),
                Optional.empty(),
                true);
    }
}
