/** What a backup is cut into. */
@NullMarked
package io.bakstripe.protocol.stripe;

import org.jspecify.annotations.NullMarked;
