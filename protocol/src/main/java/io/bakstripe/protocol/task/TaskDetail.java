package io.bakstripe.protocol.task;

import com.fasterxml.jackson.annotation.JsonCreator;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.name.BackupSetId;
import io.bakstripe.protocol.name.InstanceName;
import io.bakstripe.protocol.name.KeyArn;
import io.bakstripe.protocol.stripe.Damage;
import io.bakstripe.protocol.stripe.EncryptionMode;
import io.bakstripe.protocol.stripe.EncryptionSpec;
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
 * @param damage damaged pages that a backup has met; absent when there are none
 * @param encryption of the files that a backup makes; absent for others, and where they are not encrypted
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
        Optional<Problem> problem,
        Optional<Damage> damage,
        Optional<EncryptionSpec> encryption) {

    public TaskDetail {
        stripes = List.copyOf(stripes);
        // Rows from before there was a choice have the key only.
        encryption = encryption == null || encryption.isEmpty() ? withKeyOnly(row) : encryption;
    }

    private static Optional<EncryptionSpec> withKeyOnly(TaskRow row) {
        return row.kmsMasterKeyArn()
                .filter(key -> row.taskType().isBackup())
                .map(key -> new EncryptionSpec(EncryptionMode.ENCRYPTION_ONLY, List.of(KeyArn.parse(key))));
    }

    /** Without damage and encryption. */
    @JsonCreator(mode = JsonCreator.Mode.DISABLED)
    public TaskDetail(
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
        this(
                instance,
                row,
                phase,
                attempt,
                startedAt,
                endedAt,
                backupSet,
                bytesDone,
                bytesTotal,
                copyStatements,
                stripes,
                problem,
                Optional.empty(),
                Optional.empty());
    }
}
