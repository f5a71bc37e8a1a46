/** T-SQL text as the reference writes it, read into calls of the procedures, whose parameter table decides what they mean, and queries of {@code msdb}. */
@NullMarked
package io.bakstripe.api.sql;

import org.jspecify.annotations.NullMarked;
