/** What commands without a cluster have in common: the object store and the key service of a configuration, or of a sandbox that runs. */
@NullMarked
package io.bakstripe.node.offline;

import org.jspecify.annotations.NullMarked;
