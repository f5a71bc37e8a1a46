package io.bakstripe.worker.stripe;

import akka.Done;
import akka.stream.KillSwitch;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/** One stream on its way: how it ends, when nothing of it is under way any more, and how to break it off. */
final class StripeRun {
    private final KillSwitch killSwitch;
    private final CompletionStage<Done> done;
    private final Requests requests;
    private final LongSupplier statements;

    StripeRun(KillSwitch killSwitch, CompletionStage<Done> done, Requests requests, LongSupplier statements) {
        this.killSwitch = killSwitch;
        this.done = done;
        this.requests = requests;
        this.statements = statements;
    }

    /** Completes when every part is stored and recorded; fails with what went wrong first. */
    CompletionStage<Done> done() {
        return done;
    }

    /** Completes, always normally, once the stream has ended and the store has answered every request of it. */
    CompletableFuture<Done> quiet() {
        return requests.quiet.copy();
    }

    /** Breaks the stream off; {@link #done()} fails with {@code reason} unless it is complete. */
    void kill(Throwable reason) {
        killSwitch.abort(reason);
    }

    /** Statements that the stream's reader has sent. */
    long statements() {
        return statements.getAsLong();
    }

    /** Counts what is still under way: the stream itself and its requests to the store. */
    static final class Requests {
        private final AtomicInteger open = new AtomicInteger(1);
        private final CompletableFuture<Done> quiet = new CompletableFuture<>();

        void begin() {
            open.incrementAndGet();
        }

        void end() {
            if (open.decrementAndGet() == 0) {
                quiet.complete(Done.getInstance());
            }
        }
    }
}
