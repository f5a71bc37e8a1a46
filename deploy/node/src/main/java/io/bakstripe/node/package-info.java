/** One node: the command line's entry point, the wiring of all modules, the sandbox around a node, and the demo. */
@NullMarked
package io.bakstripe.node;

import org.jspecify.annotations.NullMarked;
