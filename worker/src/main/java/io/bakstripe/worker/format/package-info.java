/** The backup file, version 1, as docs/format.md specifies it: frames, chunks, header, trailer, footer. */
@NullMarked
package io.bakstripe.worker.format;

import org.jspecify.annotations.NullMarked;
