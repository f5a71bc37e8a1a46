/** What must be asked of store and engine before a task may exist, and again when it starts or publishes. */
@NullMarked
package io.bakstripe.worker.preflight;

import org.jspecify.annotations.NullMarked;
