/** What the coordinators record: journal events under explicit, versioned names, where they are kept, and the tables that keep them. */
@NullMarked
package io.bakstripe.coordinator.journal;

import org.jspecify.annotations.NullMarked;
