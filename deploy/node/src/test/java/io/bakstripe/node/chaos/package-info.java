/** A real node on a store that fails on demand: what it does under each fault, under random ones, and what must hold afterwards in any case. */
@NullMarked
package io.bakstripe.node.chaos;

import org.jspecify.annotations.NullMarked;
