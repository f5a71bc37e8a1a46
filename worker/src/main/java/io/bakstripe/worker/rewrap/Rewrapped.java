package io.bakstripe.worker.rewrap;

import io.bakstripe.protocol.name.KeyArn;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.stripe.EncryptionMode;
import java.util.List;

/**
 * A file whose keys are as they should be.
 *
 * @param changed false where they were so before
 * @param keys any of which opens it
 */
public record Rewrapped(S3Arn file, EncryptionMode mode, boolean changed, List<KeyArn> keys) {
    public Rewrapped {
        keys = List.copyOf(keys);
    }
}
