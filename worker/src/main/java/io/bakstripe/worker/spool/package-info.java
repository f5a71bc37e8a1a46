/** The spool: a bounded folder in which parts too large for memory fill and wait for the store. It keeps nothing from one start of a node to the next. */
@NullMarked
package io.bakstripe.worker.spool;

import org.jspecify.annotations.NullMarked;
