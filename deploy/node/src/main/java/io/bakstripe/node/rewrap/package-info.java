/** The command that gives stored backups other KMS keys. */
@NullMarked
package io.bakstripe.node.rewrap;

import org.jspecify.annotations.NullMarked;
