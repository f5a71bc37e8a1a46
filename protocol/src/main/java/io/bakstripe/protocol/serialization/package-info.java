/** How messages and journal events become bytes. */
@NullMarked
package io.bakstripe.protocol.serialization;

import org.jspecify.annotations.NullMarked;
