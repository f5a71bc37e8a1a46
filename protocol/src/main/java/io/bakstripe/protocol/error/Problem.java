package io.bakstripe.protocol.error;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.Optional;

/**
 * One refusal or failure, ready to be shown.
 *
 * @param error the catalogue entry
 * @param detail the message with its values filled in; the reference's exact text where it gives one
 * @param hint what to do, as a sentence
 * @param parameter the parameter at fault, where one is
 */
public record Problem(BackupError error, String detail, String hint, Optional<String> parameter) {

    /** The same problem, blamed on a parameter of the call. */
    public Problem on(String parameterName) {
        return new Problem(error, detail, hint, Optional.of(parameterName));
    }

    /** The same problem with a hint that fits the case better than the catalogue's. */
    public Problem withHint(String betterHint) {
        return new Problem(error, detail, betterHint, parameter);
    }

    public BakstripeException asException() {
        return new BakstripeException(this);
    }

    public BakstripeException asException(Throwable cause) {
        return new BakstripeException(this, cause);
    }

    /** True when another attempt may succeed without anyone changing anything. */
    @JsonIgnore
    public boolean transientFailure() {
        return error.category().transientFailure();
    }

    /** The line that stands in {@code task_info} when a task ends with this problem. */
    @JsonIgnore
    public String asTaskInfo() {
        String number = error.serverMessage().isPresent()
                ? ", message " + error.serverMessage().getAsInt()
                : "";
        return detail + " [" + error.code() + number + "] Hint: " + hint;
    }

    /** The problem inside {@code failure}, or an {@link BackupError#INTERNAL} one that names it. */
    public static Problem of(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof BakstripeException known) {
                return known.problem();
            }
        }
        return BackupError.INTERNAL.problem(failure.toString());
    }
}
