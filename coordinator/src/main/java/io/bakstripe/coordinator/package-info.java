/** The coordinator module's entry point and settings: what may happen to databases and in which order. */
@NullMarked
package io.bakstripe.coordinator;

import org.jspecify.annotations.NullMarked;
