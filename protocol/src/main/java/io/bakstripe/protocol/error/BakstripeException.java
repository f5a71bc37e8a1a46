package io.bakstripe.protocol.error;

import org.jspecify.annotations.Nullable;

/** Carries a {@link Problem} to whoever turns it into an answer or into a task's end. */
public final class BakstripeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Problem problem;

    public BakstripeException(Problem problem) {
        this(problem, null);
    }

    public BakstripeException(Problem problem, @Nullable Throwable cause) {
        super(problem.error().code() + ": " + problem.detail(), cause);
        this.problem = problem;
    }

    public Problem problem() {
        return problem;
    }
}
