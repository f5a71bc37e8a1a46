/** The bench: measures a full backup and its restore against {@code zstd} on the same files, and tells where processor time and memory go. */
@NullMarked
package io.bakstripe.bench;

import org.jspecify.annotations.NullMarked;
