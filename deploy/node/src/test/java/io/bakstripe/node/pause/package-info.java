/**
 * Pause points in a node's journal, for tests: a journal plugin that stops before or behind a chosen record, or refuses it, and the folder through
 * which a test tells it so.
 */
@NullMarked
package io.bakstripe.node.pause;

import org.jspecify.annotations.NullMarked;
