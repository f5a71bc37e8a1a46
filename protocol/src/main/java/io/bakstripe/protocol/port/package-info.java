/** What the API asks of the cluster; the node injects the implementation. */
@NullMarked
package io.bakstripe.protocol.port;

import org.jspecify.annotations.NullMarked;
