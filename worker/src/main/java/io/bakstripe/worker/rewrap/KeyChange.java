package io.bakstripe.worker.rewrap;

import io.bakstripe.protocol.name.KeyArn;
import java.util.Optional;

/** Which KMS keys are to open files from now on. {@link IllegalArgumentException} where both keys of a change are the same. */
public sealed interface KeyChange {
    /** The key that is new to the files, if any. */
    default Optional<KeyArn> added() {
        return Optional.empty();
    }

    /** In the place of one key there is another one, which then opens the files. */
    record Replace(KeyArn key, KeyArn by) implements KeyChange {
        public Replace {
            requireTwo(key, by);
        }

        @Override
        public Optional<KeyArn> added() {
            return Optional.of(by);
        }
    }

    /** Another key opens the files, too; in mode 2 only. */
    record Add(KeyArn key, KeyArn more) implements KeyChange {
        public Add {
            requireTwo(key, more);
        }

        @Override
        public Optional<KeyArn> added() {
            return Optional.of(more);
        }
    }

    /**
     * A key opens the files no longer; in mode 2 only, and only where another one does. It is not asked for anything: it may be gone.
     *
     * @param kept the one that has to open them; empty: any other
     */
    record Remove(KeyArn key, Optional<KeyArn> kept) implements KeyChange {
        public Remove {
            kept.ifPresent(other -> requireTwo(key, other));
        }
    }

    private static void requireTwo(KeyArn one, KeyArn other) {
        if (one.equals(other)) {
            throw new IllegalArgumentException("both keys are " + one);
        }
    }
}
