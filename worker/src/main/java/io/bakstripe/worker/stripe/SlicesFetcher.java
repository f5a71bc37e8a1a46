package io.bakstripe.worker.stripe;

import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.cluster.sharding.typed.javadsl.EntityRef;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.message.SessionCommand;
import io.bakstripe.protocol.message.SessionCommand.FetchSlices;
import io.bakstripe.protocol.message.SessionCommand.SlicesReply;
import io.bakstripe.protocol.name.StripeRef;
import io.bakstripe.protocol.stripe.PlanKind;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Gets pages of a stripe's plan from the attempt's session. */
@FunctionalInterface
public interface SlicesFetcher {
    /**
     * One page, from 0. Asking for the same page again gives the same answer. Fails with {@code SESSION_LOST} when the session does not answer.
     */
    CompletionStage<SlicesReply> fetch(StripeRef stripe, PlanKind plan, int page);

    /** Asks the sharded session, and asks again when an answer is lost. */
    static SlicesFetcher sharded(ClusterSharding sharding, StripeSettings settings) {
        return (stripe, plan, page) -> ask(
                sharding.entityRefFor(SessionCommand.KEY, stripe.attempt().entityId()),
                stripe,
                plan,
                page,
                settings,
                settings.pageRetries());
    }

    private static CompletionStage<SlicesReply> ask(
            EntityRef<SessionCommand> session,
            StripeRef stripe,
            PlanKind plan,
            int page,
            StripeSettings settings,
            int retries) {
        return session.<SlicesReply>ask(
                        replyTo -> new FetchSlices(stripe.stripe(), plan, page, replyTo), settings.pageTimeout())
                .<CompletionStage<SlicesReply>>handle((reply, failure) -> {
                    if (failure == null) {
                        return CompletableFuture.completedFuture(reply);
                    }
                    return retries > 0
                            ? ask(session, stripe, plan, page, settings, retries - 1)
                            : CompletableFuture.failedFuture(BackupError.SESSION_LOST
                                    .problem("of task " + stripe.attempt().task(), "the session does not answer")
                                    .asException(failure));
                })
                .thenCompose(answer -> answer);
    }
}
