/** What all parts of Bakstripe agree on: names, the procedures' parameter table, tasks, messages between nodes, ports and errors. No behaviour, no I/O. */
@NullMarked
package io.bakstripe.protocol;

import org.jspecify.annotations.NullMarked;
