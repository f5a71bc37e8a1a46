package io.bakstripe.node;

import io.bakstripe.protocol.error.BakstripeException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the console says of a node that does not start: what is wrong and what to do. The trace is in the log at debug. */
final class StartErrors {
    private static final Logger LOG = LoggerFactory.getLogger(StartErrors.class);

    private StartErrors() {}

    /** Says it on standard error. */
    static void tell(Exception failed) {
        LOG.debug("The node did not start", failed);
        System.err.println(text(failed));
    }

    /** Two lines: {@code error: …} and {@code hint: …}. */
    static String text(Exception failed) {
        if (failed instanceof BakstripeException refused) {
            return "error " + refused.problem().error().code() + ": "
                    + refused.problem().detail() + "\nhint: "
                    + refused.problem().hint();
        }
        String message = failed.getMessage();
        return "error: "
                + (message == null || message.isBlank() ? failed.getClass().getSimpleName() : message)
                + "\nhint: "
                + (failed instanceof StartFailure known
                        ? known.hint()
                        : "With BAKSTRIPE_LOG_LEVEL=DEBUG in the environment the log shows where this comes from.");
    }
}
