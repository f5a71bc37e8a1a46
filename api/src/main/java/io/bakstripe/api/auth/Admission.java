package io.bakstripe.api.auth;

import io.bakstripe.protocol.error.Problem;
import java.time.Duration;
import java.util.Optional;

/** What becomes of a caller's credentials. */
public sealed interface Admission {
    /** They are right. */
    record Admitted(Principal principal) implements Admission {}

    /**
     * They are missing, wrong or over, or were not looked at.
     *
     * @param retryAfter when trying again makes sense, where time alone can help
     */
    record Refused(Problem problem, Optional<Duration> retryAfter) implements Admission {
        static Refused of(Problem problem) {
            return new Refused(problem, Optional.empty());
        }
    }
}
