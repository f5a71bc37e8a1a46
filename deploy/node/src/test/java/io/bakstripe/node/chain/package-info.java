/** Chains of backups through real nodes, judged by witnesses of the server's own. */
@NullMarked
package io.bakstripe.node.chain;

import org.jspecify.annotations.NullMarked;
