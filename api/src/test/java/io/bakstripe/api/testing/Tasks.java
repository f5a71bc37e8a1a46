package io.bakstripe.api.testing;

import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.InstanceName;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.name.TaskId;
import io.bakstripe.protocol.procedure.BackupRequest;
import io.bakstripe.protocol.procedure.TaskRequest;
import io.bakstripe.protocol.task.Lifecycle;
import io.bakstripe.protocol.task.StripeDetail;
import io.bakstripe.protocol.task.TaskDetail;
import io.bakstripe.protocol.task.TaskRow;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Builds tasks. */
public final class Tasks {
    public static final Instant CREATED_AT = Instant.parse("2026-03-01T10:00:00Z");
    private static final long STRIPE_BYTES = 1000;

    private Tasks() {}

    /** A backup of {@code shop} to two files. */
    public static TaskDetail backup(long id) {
        return created(
                id,
                new BackupRequest(new DatabaseName("shop"), S3Arn.parse("arn:aws:s3:::bucket/shop*.bak"), false, 2));
    }

    public static TaskDetail created(long id, TaskRequest request) {
        Optional<Integer> overwrite =
                request instanceof BackupRequest backup ? Optional.of(backup.overwrite() ? 1 : 0) : Optional.empty();
        TaskRow row = new TaskRow(
                new TaskId(id),
                request.taskType(),
                request.database(),
                0,
                0,
                Lifecycle.CREATED,
                "",
                CREATED_AT,
                CREATED_AT,
                request.objectArn(),
                overwrite,
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
        List<S3Arn> files = request instanceof BackupRequest backup
                ? backup.files()
                : request.objectArn().stream().toList();
        return detail(row, files);
    }

    /** The same task at another percentage and lifecycle. */
    public static TaskDetail at(TaskDetail detail, int percent, Lifecycle lifecycle, String info) {
        TaskRow row = detail.row();
        return detail(
                new TaskRow(
                        row.taskId(),
                        row.taskType(),
                        row.databaseName(),
                        percent,
                        1,
                        lifecycle,
                        info,
                        CREATED_AT.plusSeconds(percent),
                        row.createdAt(),
                        row.s3ObjectArn(),
                        row.overwriteS3BackupFile(),
                        row.kmsMasterKeyArn(),
                        row.filepath(),
                        row.overwriteFile()),
                detail.stripes().stream().map(StripeDetail::file).toList());
    }

    private static TaskDetail detail(TaskRow row, List<S3Arn> files) {
        long done = row.percentComplete() * STRIPE_BYTES / 100;
        List<StripeDetail> stripes = IntStream.range(0, files.size())
                .mapToObj(i -> new StripeDetail(
                        i + 1,
                        files.get(i),
                        Optional.of("node1"),
                        "streaming",
                        done,
                        STRIPE_BYTES,
                        done / 2,
                        10,
                        1,
                        false,
                        3))
                .toList();
        return new TaskDetail(
                new InstanceName("main"),
                row,
                "streaming",
                1,
                Optional.of(CREATED_AT),
                Optional.empty(),
                Optional.empty(),
                done * files.size(),
                STRIPE_BYTES * files.size(),
                7,
                stripes,
                Optional.empty());
    }
}
