/** Tasks as callers see them: type, lifecycle, the row of {@code rds_task_status} and the detail behind it. */
@NullMarked
package io.bakstripe.protocol.task;

import org.jspecify.annotations.NullMarked;
