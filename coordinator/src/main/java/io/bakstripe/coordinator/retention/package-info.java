/** How long ended tasks are shown and their rows kept, and the job that removes what is older (row T4). */
@NullMarked
package io.bakstripe.coordinator.retention;

import org.jspecify.annotations.NullMarked;
