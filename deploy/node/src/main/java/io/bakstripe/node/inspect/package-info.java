/** {@code bakstripe inspect}: looks into backup files, on this host or in an object store, without a node. */
@NullMarked
package io.bakstripe.node.inspect;

import org.jspecify.annotations.NullMarked;
