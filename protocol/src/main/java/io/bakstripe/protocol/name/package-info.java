/** Names of things: instances, databases, tasks, files. A name that exists is valid; parsing is the only way to make one. */
@NullMarked
package io.bakstripe.protocol.name;

import org.jspecify.annotations.NullMarked;
