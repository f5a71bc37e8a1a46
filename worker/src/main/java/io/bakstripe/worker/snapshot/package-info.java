/** What workers do with snapshots that are no backup any more: getting rid of their files. */
@NullMarked
package io.bakstripe.worker.snapshot;

import org.jspecify.annotations.NullMarked;
