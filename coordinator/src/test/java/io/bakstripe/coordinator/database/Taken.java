package io.bakstripe.coordinator.database;

import io.bakstripe.coordinator.Samples;
import io.bakstripe.coordinator.snapshot.SnapshotRetention;
import io.bakstripe.coordinator.snapshot.SnapshotSettings;
import io.bakstripe.protocol.instance.SnapshotInfo;
import io.bakstripe.protocol.instance.SnapshotKind;
import io.bakstripe.protocol.instance.SnapshotState;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.name.SnapshotId;
import io.bakstripe.protocol.procedure.BackupRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Snapshots that were taken before a test begins. */
final class Taken {
    private Taken() {}

    static SnapshotId id(int number) {
        return new SnapshotId(new UUID(5, number));
    }

    static SnapshotLog.Ended snapshot(int number, SnapshotKind kind, boolean available, Instant finished) {
        SnapshotInfo info = new SnapshotInfo(
                id(number),
                Samples.SHOP,
                kind,
                available ? SnapshotState.AVAILABLE : SnapshotState.FAILED,
                finished.minusSeconds(60),
                Optional.of(finished.minusSeconds(50)),
                Optional.of(finished),
                Optional.of(100L).filter(bytes -> available),
                Optional.of("Access Denied").filter(problem -> !available));
        return new SnapshotLog.Ended(
                info,
                new BackupRequest(
                        Samples.SHOP, S3Arn.parse("arn:aws:s3:::snaps/sandbox/" + number + "-*.bak"), false, 2),
                Optional.empty());
    }

    /** A daily one, available since so many days. */
    static SnapshotLog.Ended daily(int number, int days) {
        return snapshot(number, SnapshotKind.DAILY, true, Samples.NOON.minus(Duration.ofDays(days)));
    }

    /** @param newestFirst as they ended */
    static DatabaseRecord state(SnapshotLog.Ended... newestFirst) {
        return state(
                new SnapshotLog(Optional.empty(), Arrays.asList(newestFirst), Optional.empty(), List.of(), List.of()));
    }

    static DatabaseRecord state(SnapshotLog log) {
        return new DatabaseRecord(
                Optional.empty(),
                Optional.empty(),
                List.of(),
                List.of(),
                List.of(),
                BackupHistory.none(),
                List.of(),
                List.of(),
                log,
                Optional.empty());
    }

    static SnapshotSettings kept(boolean delete, Duration age, int number, boolean manual) {
        return new SnapshotSettings(
                "snaps",
                "",
                2,
                2,
                new SnapshotRetention(delete, age, number, manual, Duration.ofHours(1), Duration.ofSeconds(1)));
    }
}
