/** The catalogue of everything that can be refused or can fail: a stable code, a text, a hint and a category for each. */
@NullMarked
package io.bakstripe.protocol.error;

import org.jspecify.annotations.NullMarked;
