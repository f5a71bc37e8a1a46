/**
 * The coordinator of an instance: task ids, the two running slots, configuration, and which database coordinator a call goes to. It knows that
 * tasks exist, never what they do.
 */
@NullMarked
package io.bakstripe.coordinator.instance;

import org.jspecify.annotations.NullMarked;
