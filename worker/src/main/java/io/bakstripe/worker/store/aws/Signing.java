package io.bakstripe.worker.store.aws;

import io.bakstripe.protocol.error.Problem;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** With whose keys requests are signed. Thread-safe. */
public interface Signing {
    /** The node's own: they are there, and the SDK looks after them. */
    Signing OWN = new Signing() {
        @Override
        public CompletionStage<Optional<Keys>> ready() {
            return CompletableFuture.completedFuture(Optional.empty());
        }

        @Override
        public boolean expired(Keys used, Throwable failure) {
            return false;
        }
    };

    /** Nobody's: each request fails with this problem. */
    static Signing refused(Problem problem) {
        return new Signing() {
            @Override
            public CompletionStage<Optional<Keys>> ready() {
                return CompletableFuture.failedFuture(problem.asException());
            }

            @Override
            public boolean expired(Keys used, Throwable failure) {
                return false;
            }
        };
    }

    /**
     * Completes with the keys for a request that is sent now, empty where they are the SDK's affair. Fails as {@link
     * AwsFailures#isNothingDone} tells where that may pass, or, for good, with a {@code BakstripeException}.
     */
    CompletionStage<Optional<Keys>> ready();

    /** Whether a request failed because these keys have expired; {@link #ready} then gives others. */
    boolean expired(Keys used, Throwable failure);
}
