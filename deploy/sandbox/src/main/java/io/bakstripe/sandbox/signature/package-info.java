/** Who has signed a request, by signature version 4. */
@NullMarked
package io.bakstripe.sandbox.signature;

import org.jspecify.annotations.NullMarked;
