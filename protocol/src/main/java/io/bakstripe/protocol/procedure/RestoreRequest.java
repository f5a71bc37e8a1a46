package io.bakstripe.protocol.procedure;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.KeyArn;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.name.SnapshotId;
import io.bakstripe.protocol.stripe.Storage;
import io.bakstripe.protocol.task.TaskType;
import java.util.Optional;

/**
 * A call of {@code rds_restore_database} or {@code rds_restore_log}.
 *
 * @param type of the set that is to be restored
 * @param arn an existing key is taken literally first; otherwise an asterisk stands for any run of characters (row R2)
 * @param recovery what becomes of the database (rows R3, G2)
 * @param stopAt of log restores only: what was committed from then on is not applied (row G3)
 * @param replaces whether the set is restored beside a database that is ONLINE and put in its place once it is open; full restores that open only
 * @param key that the files were encrypted with (rows R4, G1); absent: they are not encrypted
 * @param snapshot the snapshot whose files these are, which lie in the service's own storage (row D2); absent for a native restore
 */
public record RestoreRequest(
        DatabaseName database,
        BackupType type,
        S3Arn arn,
        Recovery recovery,
        Optional<StopAt> stopAt,
        @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean replaces,
        @JsonInclude(JsonInclude.Include.NON_ABSENT) Optional<KeyArn> key,
        @JsonInclude(JsonInclude.Include.NON_ABSENT) Optional<SnapshotId> snapshot)
        implements TaskRequest {
    /** The parameter's name; an addition to the reference. */
    public static final String WITH_STANDBY = "with_standby";

    /** The parameter's name; an addition to the reference. */
    public static final String REPLACE_EXISTING = "replace_existing";

    private static final String WITH_NORECOVERY = "with_norecovery";

    public RestoreRequest {
        // Rows of the first release do not have these.
        type = type == null ? BackupType.FULL : type;
        recovery = recovery == null ? Recovery.RECOVERY : recovery;
        stopAt = stopAt == null ? Optional.empty() : stopAt;
        snapshot = snapshot == null ? Optional.empty() : snapshot;
        key = key == null ? Optional.empty() : key;
        if (stopAt.isPresent() && type != BackupType.LOG) {
            throw new IllegalArgumentException("stopAt goes with a log, not with a set of type " + type);
        }
        if (replaces && (type != BackupType.FULL || recovery != Recovery.RECOVERY)) {
            throw new IllegalArgumentException("only a full restore that opens replaces a database");
        }
        if (snapshot.isPresent() && (type != BackupType.FULL || recovery != Recovery.RECOVERY || replaces)) {
            throw new IllegalArgumentException("a snapshot is restored whole, opened, and replaces nothing");
        }
    }

    /** A native restore of files that are not encrypted. */
    @JsonCreator(mode = JsonCreator.Mode.DISABLED)
    public RestoreRequest(
            DatabaseName database,
            BackupType type,
            S3Arn arn,
            Recovery recovery,
            Optional<StopAt> stopAt,
            boolean replaces) {
        this(database, type, arn, recovery, stopAt, replaces, Optional.empty(), Optional.empty());
    }

    /** A restore that replaces nothing. */
    @JsonCreator(mode = JsonCreator.Mode.DISABLED)
    public RestoreRequest(
            DatabaseName database, BackupType type, S3Arn arn, Recovery recovery, Optional<StopAt> stopAt) {
        this(database, type, arn, recovery, stopAt, false);
    }

    /** A full restore that opens the database. */
    @JsonCreator(mode = JsonCreator.Mode.DISABLED)
    public RestoreRequest(DatabaseName database, S3Arn arn) {
        this(database, BackupType.FULL, arn, Recovery.RECOVERY, Optional.empty(), false);
    }

    /**
     * The restore of a snapshot, which opens the database.
     *
     * @param files of the snapshot
     */
    public static RestoreRequest ofSnapshot(DatabaseName database, SnapshotId snapshot, S3Arn files) {
        return new RestoreRequest(
                database,
                BackupType.FULL,
                files,
                Recovery.RECOVERY,
                Optional.empty(),
                false,
                Optional.empty(),
                Optional.of(snapshot));
    }

    /**
     * Reads a bound call of {@code rds_restore_database}: with_norecovery is required for differentials and 0 by default for full restores (row R3).
     */
    public static RestoreRequest of(Procedure.Arguments arguments) {
        BackupType type = arguments.optional("type", BackupType.class).orElse(BackupType.FULL);
        Optional<Boolean> norecovery = arguments.optional(WITH_NORECOVERY, Boolean.class);
        if (type == BackupType.DIFFERENTIAL && norecovery.isEmpty() && !standby(arguments)) {
            throw BackupError.PARAMETER_MISSING
                    .problem(WITH_NORECOVERY)
                    .withHint(
                            "Differential restores must say whether the database is to be opened: 0 opens it, 1 leaves"
                                    + " it RESTORING.")
                    .on(WITH_NORECOVERY)
                    .asException();
        }
        return of(arguments, type, norecovery.orElse(false), Optional.empty());
    }

    /** Reads a bound call of {@code rds_restore_log}: with_norecovery is 1 by default (row G2). */
    public static RestoreRequest ofLog(Procedure.Arguments arguments) {
        return of(
                arguments,
                BackupType.LOG,
                arguments.optional(WITH_NORECOVERY, Boolean.class).orElse(true),
                arguments.optional("stopat", StopAt.class));
    }

    private static RestoreRequest of(
            Procedure.Arguments arguments, BackupType type, boolean norecovery, Optional<StopAt> stopAt) {
        Optional<Boolean> given = arguments.optional(WITH_NORECOVERY, Boolean.class);
        if (standby(arguments) && given.isPresent() && !given.get()) {
            throw BackupError.STANDBY_AND_RECOVERY.problem().on(WITH_STANDBY).asException();
        }
        Recovery closed = norecovery ? Recovery.NORECOVERY : Recovery.RECOVERY;
        Recovery recovery = standby(arguments) ? Recovery.STANDBY : closed;
        boolean replaces = arguments.optional(REPLACE_EXISTING, Boolean.class).orElse(false);
        if (replaces && (type != BackupType.FULL || recovery != Recovery.RECOVERY)) {
            throw BackupError.REPLACE_NEEDS_FULL.problem().on(REPLACE_EXISTING).asException();
        }
        return new RestoreRequest(
                arguments.required("restore_db_name", DatabaseName.class),
                type,
                arguments.required("s3_arn_to_restore_from", S3Arn.class),
                recovery,
                stopAt,
                replaces,
                arguments.optional(BackupRequest.KEY, KeyArn.class),
                Optional.empty());
    }

    private static boolean standby(Procedure.Arguments arguments) {
        return arguments.optional(WITH_STANDBY, Boolean.class).orElse(false);
    }

    /** True when the database is open for use once the task has ended well. */
    @JsonIgnore
    public boolean opens() {
        return recovery == Recovery.RECOVERY;
    }

    /** Where the files are. */
    @JsonIgnore
    public Storage storage() {
        return snapshot.isPresent() ? Storage.SNAPSHOTS : Storage.NATIVE;
    }

    @Override
    public Optional<S3Arn> objectArn() {
        return Optional.of(arn);
    }

    @Override
    public TaskType taskType() {
        return switch (type) {
            case FULL -> opens() ? TaskType.RESTORE_DB : TaskType.RESTORE_DB_NORECOVERY;
            case DIFFERENTIAL ->
                opens() ? TaskType.RESTORE_DB_DIFFERENTIAL : TaskType.RESTORE_DB_DIFFERENTIAL_NORECOVERY;
            case LOG -> opens() ? TaskType.RESTORE_DB_LOG : TaskType.RESTORE_DB_LOG_NORECOVERY;
        };
    }
}
