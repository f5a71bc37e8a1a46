package io.bakstripe.worker.preflight;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.name.DatabaseName;
import java.util.Optional;

/**
 * Whether a backup can fit into its files (row L3). Only what certainly does not fit is refused; what turns out too large later ends the task.
 *
 * @param maxObjectBytes the largest file
 * @param bestRatio how many times smaller compression is believed to make a database at best
 */
record FileRoom(long maxObjectBytes, double bestRatio) {
    private static final int MOST_FILES = 10;

    /**
     * Why the backup is refused; empty when it may fit.
     *
     * @param bytes a lower estimate of what is read
     */
    Optional<Problem> refusal(DatabaseName database, long bytes, boolean compressed, int files) {
        long least = compressed ? (long) Math.floor(bytes / bestRatio) : bytes;
        if (filesFor(least) <= files) {
            return Optional.empty();
        }
        String hint = filesFor(least) > MOST_FILES
                ? "Even " + MOST_FILES + " files, the most there can be, are not enough: they would have to be "
                        + filesFor(least) + "."
                // So many are enough even if nothing can be compressed, or as many as there can be.
                : "Set number_of_files to " + Math.min(MOST_FILES, filesFor(bytes)) + ".";
        return Optional.of(BackupError.BACKUP_TOO_LARGE
                .problem(database, least, files, maxObjectBytes)
                .withHint(hint));
    }

    private long filesFor(long stored) {
        return Math.max(1, (stored + maxObjectBytes - 1) / maxObjectBytes);
    }
}
