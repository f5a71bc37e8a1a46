package io.bakstripe.coordinator.snapshot;

import com.typesafe.config.Config;
import io.bakstripe.protocol.name.InstanceName;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.name.SnapshotId;

/**
 * Settings of snapshots; every key is explained in {@code reference.conf}.
 *
 * @param bucket of the storage; blank where there is none, and so no snapshots
 * @param prefix of the keys; a folder when it ends in a slash
 * @param files stripes of each snapshot, 1 to 10
 * @param atOnce daily snapshots of one instance that may be under way at the same time
 * @param retention how long they are kept
 */
public record SnapshotSettings(String bucket, String prefix, int files, int atOnce, SnapshotRetention retention) {
    public SnapshotSettings {
        if (files < 1 || files > 10 || atOnce < 1) {
            throw new IllegalArgumentException("snapshots.files must be 1 to 10 and snapshots.at-once positive");
        }
        if (prefix.indexOf('*') >= 0) {
            throw new IllegalArgumentException("snapshots.prefix must not hold an asterisk");
        }
    }

    /** Snapshots that nothing deletes. */
    public SnapshotSettings(String bucket, String prefix, int files, int atOnce) {
        this(bucket, prefix, files, atOnce, SnapshotRetention.off());
    }

    /** Reads {@code bakstripe.coordinator.snapshots}. */
    public static SnapshotSettings from(Config snapshots) {
        return new SnapshotSettings(
                snapshots.getString("bucket").strip(),
                snapshots.getString("prefix"),
                snapshots.getInt("files"),
                snapshots.getInt("at-once"),
                SnapshotRetention.from(snapshots));
    }

    /** Whether there is a storage for snapshots. */
    public boolean taken() {
        return !bucket.isEmpty();
    }

    /** Whether snapshots are deleted, by calls or by their age and number. */
    public boolean deleted() {
        return taken() && retention.delete();
    }

    /** {@link #atOnce}, or 0 where none are taken. */
    public int atOnceIfTaken() {
        return taken() ? atOnce : 0;
    }

    /** Where a snapshot's files go; the asterisk stands for the stripe where there are several. */
    public S3Arn target(InstanceName instance, SnapshotId snapshot) {
        String stripes = files > 1 ? "-*" : "";
        return new S3Arn(bucket, prefix + instance + "/" + snapshot + stripes + ".bak");
    }
}
