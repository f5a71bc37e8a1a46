/** Who called what, and how it was answered: the lines of the audit log, and where they go. */
@NullMarked
package io.bakstripe.api.audit;

import org.jspecify.annotations.NullMarked;
