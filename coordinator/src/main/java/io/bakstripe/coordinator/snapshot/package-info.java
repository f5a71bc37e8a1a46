/** What databases and instances have to know of the snapshots that the service takes by itself: where they go, and how many at once. */
@NullMarked
package io.bakstripe.coordinator.snapshot;

import org.jspecify.annotations.NullMarked;
