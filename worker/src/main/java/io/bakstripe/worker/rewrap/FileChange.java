package io.bakstripe.worker.rewrap;

/** What is to be done with one file, about which everything was asked that could speak against it. */
@FunctionalInterface
interface FileChange {

    /**
     * Does it, in one step that either was taken or was not, and opens the file with the key that has to open it then. Blocks. Throws with {@code FILE_CHANGED} where the file is another one by now, with {@code
     * REWRAP_UNPROVEN} where it was done and the file does not open, and as store and key service fail.
     */
    Rewrapped apply();
}
