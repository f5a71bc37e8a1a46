package io.bakstripe.worker.stripe;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.stripe.EncryptionMode;
import io.bakstripe.worker.store.ObjectStore.Upload;
import java.util.List;

/** What follows from a comparison. */
sealed interface Mending {
    /** Comparisons that may find differences before the store is given up. */
    int MAX_ROUNDS = 3;

    /** The store holds what is recorded. */
    record Unneeded() implements Mending {}

    /**
     * These parts are to be stored again.
     *
     * @param numbers of parts of a plan, in order
     * @param trailer the trailer has to be stored again too, after them
     */
    record Needed(List<Integer> numbers, boolean trailer) implements Mending {
        public Needed {
            numbers = List.copyOf(numbers);
        }
    }

    /** The parts from this one on are to be stored again, all of them: none can be sealed without the one before. */
    record Rewind(int number) implements Mending {}

    /** The attempt cannot be saved. */
    record Impossible(Problem problem) implements Mending {}

    /**
     * Decides without side effects.
     *
     * @param round how many comparisons in a row have found differences before this one
     */
    static Mending after(PartComparison comparison, StripeState state, Upload upload, int round) {
        if (comparison instanceof PartComparison.Equal) {
            return new Unneeded();
        }
        if (!(comparison instanceof PartComparison.Different different)) {
            return new Impossible(
                    BackupError.UPLOAD_LOST.problem(upload.file(), state.parts().count() + " parts were stored"));
        }
        if (round >= MAX_ROUNDS) {
            return new Impossible(BackupError.STORE_FAILED.problem(
                    "the parts of " + upload.file(),
                    different.first() + ", although parts were stored again " + round + " times"));
        }
        boolean complete = state.phase() == StripePhase.COMPLETE;
        int planned = state.planned().count();
        for (int number : different.numbers()) {
            boolean readable = !complete || number > state.dataParts();
            if (!readable || (number <= planned && state.range(number).isEmpty())) {
                return new Impossible(BackupError.PART_LOST.problem(number, upload.file()));
            }
        }
        List<Integer> ofPlans =
                different.numbers().stream().filter(number -> number <= planned).toList();
        return chained(state) && !ofPlans.isEmpty() ? new Rewind(ofPlans.get(0)) : new Needed(ofPlans, complete);
    }

    private static boolean chained(StripeState state) {
        return state.seal()
                .filter(seal -> seal.mode() == EncryptionMode.ENCRYPTION_ONLY)
                .isPresent();
    }
}
