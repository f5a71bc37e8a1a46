/** Backup sets on their way back: finding a whole set, reading its stripes, writing its files, and the worker that does so on the target's host. */
@NullMarked
package io.bakstripe.worker.restore;

import org.jspecify.annotations.NullMarked;
