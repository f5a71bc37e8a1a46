/** The sandbox around a node: the child process with object store, the sample instance, and the file that tells how to reach them. */
@NullMarked
package io.bakstripe.node.sandbox;

import org.jspecify.annotations.NullMarked;
