package io.bakstripe.worker.restore;

import io.bakstripe.protocol.name.S3Arn;
import java.util.concurrent.CompletionStage;

/** Finds the one complete backup set that an ARN names (row R2). */
public interface SetFinder {
    /**
     * An existing key is taken literally; otherwise an asterisk stands for any run of characters. The files are judged by their headers and
     * trailers, not by their names.
     *
     * <p>Fails with {@code FILE_UNKNOWN}, {@code TOO_MANY_FILES}, {@code NOT_A_BACKUP}, {@code FILE_TRUNCATED}, {@code FILE_DAMAGED}, {@code
     * STRIPE_MISSING}, {@code STRIPE_DOUBLED}, {@code STRIPE_FOREIGN}, or as the store fails.
     */
    CompletionStage<FoundSet> find(S3Arn from);
}
