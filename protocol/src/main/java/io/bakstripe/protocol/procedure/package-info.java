/** The procedures of the reference: one table of their parameters, the binding of calls to it, and the typed requests that result. */
@NullMarked
package io.bakstripe.protocol.procedure;

import org.jspecify.annotations.NullMarked;
