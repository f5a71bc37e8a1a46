/** How coordinators address one another and the workers; the cluster in production, probes in tests. */
@NullMarked
package io.bakstripe.coordinator.peers;

import org.jspecify.annotations.NullMarked;
