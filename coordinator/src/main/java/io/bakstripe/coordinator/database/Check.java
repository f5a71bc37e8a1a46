package io.bakstripe.coordinator.database;

import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.stripe.SetFacts;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How a question to pre-flight stands.
 *
 * @param running it was asked and is not answered yet
 * @param passed it was answered well
 * @param failures how often it was answered badly
 * @param problem the last bad answer
 * @param warnings that came with the answers, each once
 * @param set that a restore names, with the good answer
 */
record Check(
        boolean running,
        boolean passed,
        int failures,
        Optional<Problem> problem,
        List<String> warnings,
        Optional<SetFacts> set) {
    static final Check UNASKED = new Check(false, false, 0, Optional.empty(), List.of(), Optional.empty());

    Check {
        warnings = List.copyOf(warnings);
    }

    Check asked() {
        return new Check(true, passed, failures, problem, warnings, set);
    }

    Check answered(Optional<Problem> refusal) {
        return answered(refusal, List.of(), Optional.empty());
    }

    Check answered(Optional<Problem> refusal, List<String> said, Optional<SetFacts> found) {
        List<String> all =
                Stream.concat(warnings.stream(), said.stream()).distinct().toList();
        return new Check(false, refusal.isEmpty(), refusal.isPresent() ? failures + 1 : failures, refusal, all, found);
    }

    /** True when it may be asked, for the first time or again. */
    boolean askable(int limit) {
        return !running && !passed && refusal(limit).isEmpty();
    }

    /** The answer that settles it badly: one that asking again cannot change, or the last of {@code limit}. */
    Optional<Problem> refusal(int limit) {
        return problem.filter(found -> !found.transientFailure() || failures >= limit);
    }
}
