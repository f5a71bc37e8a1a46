package io.bakstripe.api.http;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.bakstripe.protocol.name.BackupSetId;
import io.bakstripe.protocol.name.InstanceName;
import io.bakstripe.protocol.stripe.Damage;
import io.bakstripe.protocol.stripe.EncryptionSpec;
import io.bakstripe.protocol.task.StripeDetail;
import io.bakstripe.protocol.task.TaskDetail;
import io.bakstripe.protocol.task.TaskRow;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A task as {@code GET /tasks/{id}} shows it: the columns of {@code rds_task_status} and beside them what stands behind them.
 *
 * @param problem why it ended in ERROR
 * @param damage damaged pages that a backup has met
 * @param encryption of the files that a backup makes
 */
record TaskDocument(
        @JsonUnwrapped TaskRow row,
        InstanceName instance,
        String phase,
        int attempt,
        Optional<Instant> startedAt,
        Optional<Instant> endedAt,
        Optional<BackupSetId> backupSet,
        long bytesDone,
        long bytesTotal,
        long copyStatements,
        List<StripeDetail> stripes,
        Optional<ProblemDocument> problem,
        Optional<Damage> damage,
        Optional<EncryptionSpec> encryption) {

    static TaskDocument of(TaskDetail detail) {
        return new TaskDocument(
                detail.row(),
                detail.instance(),
                detail.phase(),
                detail.attempt(),
                detail.startedAt(),
                detail.endedAt(),
                detail.backupSet(),
                detail.bytesDone(),
                detail.bytesTotal(),
                detail.copyStatements(),
                detail.stripes(),
                detail.problem().map(ProblemDocument::of),
                detail.damage(),
                detail.encryption());
    }
}
