/** What a node measures of itself and of its cluster, for Prometheus. */
@NullMarked
package io.bakstripe.node.metrics;

import org.jspecify.annotations.NullMarked;
