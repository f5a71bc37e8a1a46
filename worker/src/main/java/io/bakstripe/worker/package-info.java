/** How bytes move: pre-flight, backup sessions, stripe and restore workers, host agent, file format, store and engines. */
@NullMarked
package io.bakstripe.worker;

import org.jspecify.annotations.NullMarked;
