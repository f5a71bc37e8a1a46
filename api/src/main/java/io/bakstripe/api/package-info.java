/** How people and programs ask: HTTP, T-SQL text, authentication and the command line. Knows the rest of the system only through the ports of the protocol. */
@NullMarked
package io.bakstripe.api;

import org.jspecify.annotations.NullMarked;
