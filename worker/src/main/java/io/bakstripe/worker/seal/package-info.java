/** How the bytes of files are sealed with data keys, and opened again; {@code docs/format.md}, part 5. Knows no store and no key service. */
@NullMarked
package io.bakstripe.worker.seal;

import org.jspecify.annotations.NullMarked;
