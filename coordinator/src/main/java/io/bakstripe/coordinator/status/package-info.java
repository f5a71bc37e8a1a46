/**
 * What callers can ask: tasks, instances and their databases, and the procedures. Unfinished tasks are answered by the coordinators, ended ones
 * by the history that a projection writes.
 */
@NullMarked
package io.bakstripe.coordinator.status;

import org.jspecify.annotations.NullMarked;
