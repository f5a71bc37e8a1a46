/**
 * Faults on demand: a gateway in front of the embedded S3 server that denies, delays, damages, loses or holds requests as a seeded script says. It
 * works on HTTP, because most of what a network does to a request cannot be told apart from inside the server. Nothing of it runs unless it is asked
 * for.
 */
@NullMarked
package io.bakstripe.sandbox.chaos;

import org.jspecify.annotations.NullMarked;
