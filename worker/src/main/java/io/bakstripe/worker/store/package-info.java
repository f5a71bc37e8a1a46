/** The object store as workers see it: one SPI, whose Javadoc is the contract that every implementation is tested against. */
@NullMarked
package io.bakstripe.worker.store;

import org.jspecify.annotations.NullMarked;
