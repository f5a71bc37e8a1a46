/** Files that are encrypted as a whole, as part 5.1 of {@code docs/format.md} has it: the Encryption-Only mode of the Amazon S3 encryption client. */
@NullMarked
package io.bakstripe.worker.key.envelope;

import org.jspecify.annotations.NullMarked;
