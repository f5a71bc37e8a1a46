package io.bakstripe.protocol.task;

import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.name.BackupSetId;
import io.bakstripe.protocol.name.InstanceName;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A task with everything that is known of it.
 *
 * @param row the row of {@code rds_task_status}
 * @param phase what the task is doing, as a lower-case word, finer than the lifecycle
 * @param attempt the present or last attempt, 0 before the first
 * @param startedAt when it got its slot
 * @param endedAt when it reached its final lifecycle
 * @param backupSet the set that is being made or restored, once known
 * @param bytesDone plain bytes done over all stripes
 * @param bytesTotal plain bytes in all stripes, 0 before the plan is known
 * @param copyStatements COPY statements sent to the database, listing and closing included; 0 for restores
 * @param problem why it ended in ERROR
 */
public record TaskDetail(
        InstanceName instance,
        TaskRow row,
        String phase,
        int attempt,
        Optional<Instant> startedAt,
        Optional<Instant> endedAt,
        Optional<BackupSetId> backupSet,
        long bytesDone,
        long bytesTotal,
        long copyStatements,
        List<StripeDetail> stripes,
        Optional<Problem> problem) {

    public TaskDetail {
        stripes = List.copyOf(stripes);
    }
}
