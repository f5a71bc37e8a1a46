/** Keys as workers see them: data keys that a key service makes, and wraps with keys that never leave it. */
@NullMarked
package io.bakstripe.worker.key;

import org.jspecify.annotations.NullMarked;
