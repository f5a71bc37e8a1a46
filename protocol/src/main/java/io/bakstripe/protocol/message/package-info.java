/** Messages between nodes, with the entity keys that they are sent to. Every message may arrive twice, late or never; handlers are idempotent. */
@NullMarked
package io.bakstripe.protocol.message;

import org.jspecify.annotations.NullMarked;
