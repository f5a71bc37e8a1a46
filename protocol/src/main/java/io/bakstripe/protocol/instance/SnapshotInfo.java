package io.bakstripe.protocol.instance;

import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.SnapshotId;
import java.time.Instant;
import java.util.Optional;

/**
 * A snapshot of a database: a full backup that the service takes by itself into its own storage (rows L5, L10, R8).
 *
 * @param requestedAt when it was asked for
 * @param startedAt absent while it waits, and of one that failed before it began
 * @param finishedAt once it is available or has failed
 * @param bytes of its files, once it is available
 * @param problem why it failed, or could not be deleted the last time
 */
public record SnapshotInfo(
        SnapshotId id,
        DatabaseName database,
        SnapshotKind kind,
        SnapshotState state,
        Instant requestedAt,
        Optional<Instant> startedAt,
        Optional<Instant> finishedAt,
        Optional<Long> bytes,
        Optional<String> problem) {}
