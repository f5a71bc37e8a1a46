package io.bakstripe.worker.preflight;

import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.readiness.Finding;
import io.bakstripe.worker.engine.RestoreHost;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Whether a database could be restored beside those that are there; pure. A backup does not depend on it, so it is never more than advice. */
final class RestoreSpace {
    private static final String CHECK = "free_space";

    private RestoreSpace() {}

    /**
     * @param host empty when nothing can be restored to the instance, and then there is nothing to say
     * @param failure why the host could not be asked; null when it could
     * @param bytes of the database
     */
    static Optional<Finding> of(Optional<RestoreHost> host, @Nullable Throwable failure, long bytes) {
        if (failure != null) {
            Problem problem = Problem.of(failure);
            return Optional.of(Finding.advice(CHECK, "not known: " + problem.detail(), problem.hint()));
        }
        return host.map(there -> {
            String found = "host " + there.name() + " has " + megabytes(there.freeBytes())
                    + " MB free, a restore of this database needs about " + megabytes(bytes) + " MB";
            return there.refusal(bytes).isEmpty()
                    ? Finding.good(CHECK, found)
                    : Finding.advice(CHECK, found, "Make room there before you need it.");
        });
    }

    private static long megabytes(long bytes) {
        return Math.round(bytes / 1e6);
    }
}
