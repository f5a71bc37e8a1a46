/** The backup session: it holds the engine's backup open on one connection, cuts both plans and hands out their pages. */
@NullMarked
package io.bakstripe.worker.session;

import org.jspecify.annotations.NullMarked;
