/** The database engine as workers see it: one SPI for what is read from a source and how. */
@NullMarked
package io.bakstripe.worker.engine;

import org.jspecify.annotations.NullMarked;
