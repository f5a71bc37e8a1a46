/** What an examination of a database says of its being fit for backups. */
@NullMarked
package io.bakstripe.protocol.readiness;

import org.jspecify.annotations.NullMarked;
