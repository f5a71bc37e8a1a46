package io.bakstripe.worker.store.aws;

import io.bakstripe.protocol.error.Problem;
import java.time.Duration;

/** A request was not carried out for a reason that may pass, so that any request may be repeated after it. */
abstract sealed class NothingDone extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private NothingDone(String message, Throwable cause) {
        super(message, cause);
    }

    private NothingDone(String message) {
        super(message);
    }

    /** The token service has given no keys to sign the request with; nothing was sent. It has no cause, which would pass for the store's answer. */
    static final class NoKeys extends NothingDone {
        private static final long serialVersionUID = 1L;

        private final transient Problem problem;
        private final transient Duration wishedPause;

        /** @param wishedPause how long the service wants to be left alone */
        NoKeys(Problem problem, Duration wishedPause) {
            super(problem.detail());
            this.problem = problem;
            this.wishedPause = wishedPause;
        }

        Problem problem() {
            return problem;
        }

        Duration wishedPause() {
            return wishedPause;
        }
    }

    /** The keys that the request was signed with have expired, as the store says; its answer is the cause. */
    static final class KeysExpired extends NothingDone {
        private static final long serialVersionUID = 1L;

        KeysExpired(Throwable answer) {
            super("the keys have expired", answer);
        }
    }
}
