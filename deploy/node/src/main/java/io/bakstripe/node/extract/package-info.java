/** {@code bakstripe extract}: backups become a data directory on this host, without a cluster. */
@NullMarked
package io.bakstripe.node.extract;

import org.jspecify.annotations.NullMarked;
