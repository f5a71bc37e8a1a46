/** What the module's event-sourced workers record: events and snapshots under explicit, versioned names, apart from the messages on the wire. */
@NullMarked
package io.bakstripe.worker.journal;

import org.jspecify.annotations.NullMarked;
