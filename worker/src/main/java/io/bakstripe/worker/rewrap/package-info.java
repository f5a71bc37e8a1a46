/** Other KMS keys for files that are stored already: data keys are wrapped anew, what they have encrypted stays as it is. */
@NullMarked
package io.bakstripe.worker.rewrap;

import org.jspecify.annotations.NullMarked;
