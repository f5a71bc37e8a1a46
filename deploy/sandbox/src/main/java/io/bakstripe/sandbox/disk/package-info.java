/** What the sandbox writes beside the objects of its store. */
@NullMarked
package io.bakstripe.sandbox.disk;

import org.jspecify.annotations.NullMarked;
