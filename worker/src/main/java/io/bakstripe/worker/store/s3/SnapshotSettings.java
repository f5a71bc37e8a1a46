package io.bakstripe.worker.store.s3;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigValueFactory;
import java.time.Duration;
import java.util.Optional;

/**
 * Section {@code snapshots} of the worker's configuration; {@code reference.conf} says what each key means.
 *
 * @param store address and credentials of the snapshots' own; everything else as the store of native backups has it
 * @param prefix what all keys begin with; empty, or ends with a slash
 * @param retention how long a snapshot is kept
 * @param delete whether snapshots may be deleted by this program
 */
public record SnapshotSettings(StoreSettings store, String bucket, String prefix, Duration retention, boolean delete) {

    public SnapshotSettings {
        require(!bucket.isBlank(), "bucket must not be empty");
        require(
                prefix.isEmpty() || prefix.endsWith("/") && !prefix.startsWith("/"),
                "prefix must be like a/b/: " + prefix);
        require(!retention.isNegative() && !retention.isZero(), "retention must be positive: " + retention);
    }

    /**
     * Reads the settings; empty when no bucket is named, that is, when no snapshots are taken.
     *
     * @param worker the configuration at {@code bakstripe.worker}
     * @throws IllegalArgumentException or a {@code ConfigException} that names the key when a value is out of range
     */
    public static Optional<SnapshotSettings> from(Config worker) {
        Config snapshots = worker.getConfig("snapshots");
        if (snapshots.getString("bucket").isBlank()) {
            return Optional.empty();
        }
        Config own = worker;
        // Credentials above all: rights of snapshots and of native backups are never mixed.
        for (String key : new String[] {"endpoint", "path-style", "region", "access-key", "secret-key"}) {
            own = own.withValue(
                    "store." + key,
                    ConfigValueFactory.fromAnyRef(snapshots.getValue(key).unwrapped()));
        }
        return Optional.of(new SnapshotSettings(
                StoreSettings.from(own),
                snapshots.getString("bucket"),
                snapshots.getString("prefix"),
                snapshots.getDuration("retention"),
                snapshots.getBoolean("delete")));
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException("snapshots: " + otherwise);
        }
    }
}
