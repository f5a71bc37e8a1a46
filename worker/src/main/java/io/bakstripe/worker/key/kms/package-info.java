/** The key service of AWS, and whatever speaks its protocol. */
@NullMarked
package io.bakstripe.worker.key.kms;

import org.jspecify.annotations.NullMarked;
