/** The node's byte budget for parts in flight. */
@NullMarked
package io.bakstripe.worker.budget;

import org.jspecify.annotations.NullMarked;
