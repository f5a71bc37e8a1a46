package io.bakstripe.protocol.task;

import io.bakstripe.protocol.name.S3Arn;
import java.util.Optional;

/**
 * How one stripe of a task stands.
 *
 * @param stripe the media family number, 1 for the first
 * @param file the stripe's object
 * @param node the address of the node that works on it, while one does
 * @param state what the stripe's worker is doing, as a lower-case word
 * @param bytesDone plain bytes of the database stored (backup) or applied (restore) so far
 * @param bytesTotal plain bytes of the database in this stripe
 * @param storedBytes bytes of the object so far
 * @param bytesPerSecond plain bytes a second over the last report interval
 * @param attempts how many attempts worked on this stripe
 * @param resumed whether the present attempt went on from recorded parts
 * @param copyStatements COPY statements sent to the database for this stripe; 0 for restores
 */
public record StripeDetail(
        int stripe,
        S3Arn file,
        Optional<String> node,
        String state,
        long bytesDone,
        long bytesTotal,
        long storedBytes,
        long bytesPerSecond,
        int attempts,
        boolean resumed,
        long copyStatements) {}
