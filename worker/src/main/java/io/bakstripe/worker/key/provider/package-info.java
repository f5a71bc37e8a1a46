/** Whose ciphers files are encrypted and opened with. */
@NullMarked
package io.bakstripe.worker.key.provider;

import org.jspecify.annotations.NullMarked;
