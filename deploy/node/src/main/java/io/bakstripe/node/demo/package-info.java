/** The demo: the main job, step by step, in front of the reader. */
@NullMarked
package io.bakstripe.node.demo;

import org.jspecify.annotations.NullMarked;
