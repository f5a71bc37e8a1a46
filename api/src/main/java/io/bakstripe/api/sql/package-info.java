/** T-SQL text as the reference writes it, read into calls of the procedures; the parameter table decides what they mean. */
@NullMarked
package io.bakstripe.api.sql;

import org.jspecify.annotations.NullMarked;
