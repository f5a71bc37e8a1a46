/** Instances as they are declared and as they are shown. */
@NullMarked
package io.bakstripe.protocol.instance;

import org.jspecify.annotations.NullMarked;
