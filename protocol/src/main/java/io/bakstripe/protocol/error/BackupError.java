package io.bakstripe.protocol.error;

import static io.bakstripe.protocol.error.ErrorCategory.BUG;
import static io.bakstripe.protocol.error.ErrorCategory.CONFLICT;
import static io.bakstripe.protocol.error.ErrorCategory.CORRUPTION;
import static io.bakstripe.protocol.error.ErrorCategory.DENIED;
import static io.bakstripe.protocol.error.ErrorCategory.FAILURE;
import static io.bakstripe.protocol.error.ErrorCategory.KEY_REUSED;
import static io.bakstripe.protocol.error.ErrorCategory.MALFORMED;
import static io.bakstripe.protocol.error.ErrorCategory.THROTTLED;
import static io.bakstripe.protocol.error.ErrorCategory.TIMEOUT;
import static io.bakstripe.protocol.error.ErrorCategory.TOO_LARGE;
import static io.bakstripe.protocol.error.ErrorCategory.UNAUTHENTICATED;
import static io.bakstripe.protocol.error.ErrorCategory.UNKNOWN;
import static io.bakstripe.protocol.error.ErrorCategory.UNREACHABLE;
import static io.bakstripe.protocol.error.ErrorCategory.WRONG_MEDIA;
import static io.bakstripe.protocol.error.ErrorCategory.WRONG_METHOD;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The error catalogue. A code, once released, never changes its meaning; {@code %s} in a message is filled by {@link #problem(Object...)}.
 *
 * <p>Codes: 1xxx the call is malformed, 2xxx a rule or a state refuses it, 3xxx something does not exist, 4xxx access, 5xxx something does not
 * answer, 6xxx a backup or restore failed while it ran, 9xxx a defect of ours. Messages that the reference gives keep its exact text; {@link
 * ServerMessages} has the numbers of those that SQL Server knows. One table belongs into one file, so this one is longer than others.
 */
public enum BackupError {
    PARAMETER_MISSING(1001, MALFORMED, "parameter %s is required", "Add the parameter to the call."),
    PARAMETER_UNKNOWN(
            1002, MALFORMED, "parameter %s is not known to %s", "Check the spelling; the procedure takes: %s."),
    PARAMETER_TYPE(1003, MALFORMED, "parameter %s must be %s, not %s", "Give the value in the type that is asked for."),
    PARAMETER_EMPTY(1004, MALFORMED, "parameter %s must not be empty", "Give a value or leave the parameter out."),
    PARAMETER_VALUE(1005, MALFORMED, "parameter %s must be %s, not %s", "Choose one of the values that are allowed."),
    PARAMETER_TWICE(1006, MALFORMED, "parameter %s is given more than once", "Give each parameter once."),
    ARN_MALFORMED(
            1007,
            MALFORMED,
            "'%s' is not the ARN of a file in S3",
            "Write arn:aws:s3:::bucket_name/file_name.extension, without region or account number."),
    KEY_ARN_MALFORMED(
            1008, MALFORMED, "'%s' is not the ARN of a KMS key", "Write arn:aws:kms:region:account-id:key/key-id."),
    S3_ARN_EMPTY(
            1009,
            MALFORMED,
            "S3 ARN prefix cannot be empty",
            "Name the file, or the prefix that the files have in common and an asterisk."),
    ASTERISK_RULE(
            1010,
            MALFORMED,
            "a backup to %s files needs exactly one asterisk in the file-name part of the ARN, found %s",
            "Write for example arn:aws:s3:::bucket/backup*.bak; the asterisk becomes 1-of-n to n-of-n."),
    NAME_MALFORMED(1011, MALFORMED, "'%2$s' is not a valid %1$s name", "Use %3$s."),
    BODY_MALFORMED(1012, MALFORMED, "the request body is not what is expected: %s", "Send a JSON object in UTF-8."),
    SQL_MALFORMED(
            1013,
            MALFORMED,
            "the statement cannot be read: %s",
            "Send exec statements as in: exec msdb.dbo.rds_task_status @task_id=5;"),
    QUERY_MALFORMED(1017, MALFORMED, "query parameter %s must be %s, not '%s'", "Correct the address of the request."),
    BODY_TOO_LARGE(1018, TOO_LARGE, "the request body is larger than %s bytes", "Send a smaller body."),
    MEDIA_TYPE(1019, WRONG_MEDIA, "the request body must be %s", "Set the Content-Type header accordingly."),
    INSTANCE_AMBIGUOUS(
            1020, MALFORMED, "the call does not say which instance it is for", "Add ?instance=; there are: %s."),
    METHOD_WRONG(1021, WRONG_METHOD, "this address does not take %s", "Use %s."),
    HEADER_MALFORMED(1022, MALFORMED, "header %s must be %s", "Correct the header or leave it out."),
    REQUEST_MALFORMED(
            1023,
            MALFORMED,
            "the HTTP request cannot be read: %s",
            "Check how the address and the headers are encoded."),
    STOPAT_MALFORMED(
            1024,
            MALFORMED,
            "'%s' is not a date and time",
            "Write for example 2026-03-01 14:05:00.25, in the instance's time zone, or 2026-03-01T13:05:00.25Z."),
    STOPAT_AMBIGUOUS(
            1025,
            MALFORMED,
            "the clocks of time zone %3$s show '%1$s' %2$s",
            "Write the time with its offset from UTC, for example 2026-03-01T13:05:00Z."),
    STANDBY_AND_RECOVERY(
            1026,
            MALFORMED,
            "with_standby leaves the database RESTORING and with_norecovery=0 opens it",
            "Set one of the two only."),
    KEY_REGION(
            1130,
            MALFORMED,
            "Please specify a key that is in the same region as RDS instance",
            "Key %s is in %s, the instance uses the key service of %s."),
    ENCRYPTION_MODE_WITHOUT_KEY(
            1140,
            MALFORMED,
            "encryption_mode goes with kms_master_key_arn: without a key nothing is encrypted",
            "Name the key that is to encrypt the files, or leave encryption_mode out."),

    FILE_EXISTS(
            2101,
            CONFLICT,
            "Please reissue task with correct type and overwrite property",
            "%s exists already: choose another name or set overwrite_s3_backup_file to 1."),
    DATABASE_EXISTS(
            2102,
            CONFLICT,
            "Database '%s' already exists. Two databases that differ only by case or accent are not allowed. Choose a"
                    + " different database name.",
            "Restore under another name."),
    DATABASE_NOT_ONLINE(
            2103, CONFLICT, "database '%s' is %s and cannot be backed up", "Wait until the database is ONLINE."),
    RESTORE_PENDING(
            2104,
            CONFLICT,
            "database '%s' already has a pending restore task with RECOVERY: task %s",
            "Wait for that task to end."),
    TOO_MANY_FILES(
            2105,
            CONFLICT,
            "The Restore task is unable to restore from more than 10 backup file(s). Please reduce the number of files"
                    + " matched and try again.",
            "Use a longer prefix, so that only the files of one backup match; %s match now."),
    INSTANCE_NOT_MANAGED(
            2106,
            CONFLICT,
            "instance '%s' only knows its databases and cannot restore",
            "Restore to an instance that is declared with a host, on which its servers run: host = NAME in"
                    + " bakstripe.instances."),
    BUCKET_REGION(
            2107,
            CONFLICT,
            "Please specify a bucket that is in the same region as RDS instance",
            "The bucket is in %s, the instance in %s."),
    NOT_RESTORING(
            2111,
            CONFLICT,
            "database '%s' is %s; only a database that is left RESTORING can be dropped",
            "Databases that are ONLINE are not dropped by this procedure."),
    RESTORE_TASKS_PENDING(
            2112,
            CONFLICT,
            "database '%s' has pending restore tasks: %s",
            "Wait for these tasks to end, or cancel them."),
    BEING_DROPPED(2113, CONFLICT, "database '%s' is being dropped", "Wait until it is gone."),
    NOT_READY_TO_ROLL_FORWARD(
            2131,
            CONFLICT,
            "The log or differential backup cannot be restored because no files are ready to rollforward.",
            "Database '%s' is ONLINE: restore its full backup under another name with with_norecovery=1 first."),
    RESTORE_NEEDS_FULL(
            2132,
            CONFLICT,
            "The database \"%s\" does not exist. RESTORE can only create a database when restoring either a full backup or a"
                    + " file backup of the primary file.",
            "Restore a full backup with with_norecovery=1 first."),
    SET_TOO_OLD(
            2133,
            CONFLICT,
            "This backup set will not be restored because all data has already been restored to a point beyond the time"
                    + " covered by this backup set.",
            "The set ends at LSN %s, the database is at LSN %s: leave this set out."),
    WRONG_SET_KIND(
            2134,
            CONFLICT,
            "The backup set in file '%s' was created by %s and cannot be used for this restore operation.",
            "Use %s for it."),
    WRONG_BASE(
            2135,
            CONFLICT,
            "This differential backup cannot be restored because the database has not been restored to the correct earlier"
                    + " state.",
            "It builds on full backup %s; the database was restored from %s."),
    LOG_TOO_RECENT(
            2136,
            CONFLICT,
            "The log in this backup set begins at LSN %s, which is too recent to apply to the database. An earlier log backup"
                    + " that includes LSN %s can be restored.",
            "Restore the log backups before this one first, in the order in which they were made."),
    LOG_TOO_EARLY(
            2137,
            CONFLICT,
            "The log in this backup set terminates at LSN %s, which is too early to apply to the database. A more recent log"
                    + " backup that includes LSN %s can be restored.",
            "The database has all of this log already: go on with the next one."),
    LOG_GAP(
            2138,
            CONFLICT,
            "This log cannot be restored because a gap in the log chain was created. Use more recent data backups to bridge"
                    + " the gap.",
            "The chain of this log begins at LSN %s, the database is at LSN %s: begin with a full backup that was made in"
                    + " between."),
    STEP_INTERRUPTED(
            2139,
            CONFLICT,
            "A previous restore operation was interrupted and did not complete processing on file '%s'. Either restore the"
                    + " backup set that was interrupted or restart the restore sequence.",
            "Restore set %s again, or drop the database and begin with the full backup."),
    OTHER_FORK(
            2140,
            CONFLICT,
            "This backup set cannot be applied because it is on a recovery path that is inconsistent with the database.",
            "The set was made on recovery fork %s, the database is on %s: use the backups of one history only."),
    STOPAT_NOT_REACHED(
            2141,
            CONFLICT,
            "This backup set contains records that were logged before the designated point in time. The database is being left"
                    + " in the restoring state so that more roll forward can be performed.",
            "Restore the next log with the same stopat, or finish without it."),
    STOPAT_PASSED(
            2142,
            CONFLICT,
            "The specified STOPAT time is too early. All or part of the database is already rolled forward beyond that point.",
            "The database may hold what was committed up to %s: begin again with a full backup that ended before the time that"
                    + " is asked for."),
    STOPAT_TOO_EARLY(
            2143,
            CONFLICT,
            "The STOPAT clause specifies a point too early to allow this backup set to be restored. Choose a different stop"
                    + " point or use RESTORE DATABASE WITH RECOVERY to recover at the current point.",
            "This log begins at %s: finish the restore to open the database as it is, or begin again with a full backup that"
                    + " ended before the time that is asked for."),
    ALREADY_RECOVERED(
            2144,
            CONFLICT,
            "The database is already fully recovered.",
            "Database '%s' is ONLINE; there is nothing to do."),
    OTHER_DATABASE(
            2145,
            CONFLICT,
            "The backup set holds a backup of a database other than the existing '%s' database.",
            "The set comes from the server with system identifier %s, the database from %s."),
    NO_DIFFERENTIAL_BASE(
            2146,
            CONFLICT,
            "Cannot perform a differential backup for database \"%s\", because a current database backup does not exist.",
            "Take a full backup first. %s"),
    SIMPLE_MODEL(
            2147,
            CONFLICT,
            "The statement BACKUP LOG is not allowed while the recovery model is SIMPLE.",
            "Declare recovery-model = full for database '%s', take a full backup, then back up its log."),
    NO_CURRENT_BACKUP(
            2148,
            CONFLICT,
            "BACKUP LOG cannot be performed because there is no current database backup.",
            "Take a full backup of database '%s' first. %s"),
    FILESTREAM_UNSUPPORTED(
            2149,
            CONFLICT,
            "the backup holds a FILESTREAM file group and cannot be restored",
            "Databases with a FILESTREAM file group cannot be restored."),
    NULL_FILE_GUID(
            2150,
            CONFLICT,
            "the backup holds a file whose file_guid is NULL: differentials and logs cannot be restored",
            "Restore full backups only."),
    OVERWRITES_OWN_BASE(
            2154,
            CONFLICT,
            "file %s belongs to backup set %s, which this backup builds on, and cannot be overwritten",
            "Choose another name."),
    LOG_CHAIN_BROKEN(
            2155,
            CONFLICT,
            "the log of database '%s' cannot be backed up any further: %s",
            "Take a full backup; log backups go on from it. Restores reach up to the last log backup before."),
    RESTORE_ELSEWHERE(
            2171,
            CONFLICT,
            "database '%s' is RESTORING at LSN %s, not at %s, where this step begins",
            "Somebody else works on this database, or its files were put back; drop it and begin with the full backup."),
    RESTORE_PROMOTED(
            2172,
            CONFLICT,
            "database '%s' was promoted while it could be read and cannot be rolled forward any further",
            "Drop it and begin with the full backup; pg_promote() is not for databases that are RESTORING."),
    /** No longer raised; the records of tasks of earlier versions may hold it. */
    TABLESPACES_UNSUPPORTED(
            2151,
            CONFLICT,
            "database '%s' has %s tablespaces of its own, which that version could not back up",
            "Back up again; tablespaces are backed up now."),
    TABLESPACE_LOST(
            2158,
            CONFLICT,
            "the server of database '%s' does not find the directories of its tablespaces %s",
            "Restore their links in pg_tblspc or drop the tablespaces; they cannot be read as they are."),
    STANDBY_UNSUPPORTED(
            2152,
            CONFLICT,
            "database '%s' is a standby, which this version cannot back up",
            "Declare the address of its primary."),
    POOLER_IN_BETWEEN(
            2153,
            CONFLICT,
            "the address of database '%s' leads to a connection pooler, not to the server",
            "Declare the server's own address and port: a pooler may hand the session that holds the backup to others."),
    BACKUP_TOO_LARGE(
            2161,
            CONFLICT,
            "the backup of database '%s' needs at least %s bytes, but %s file(s) hold at most %s bytes each",
            "Set number_of_files to a larger number, 10 at most."),
    SNAPSHOT_RUNNING(
            2190,
            CONFLICT,
            "database '%s' cannot be backed up while a snapshot of it is being taken",
            "Wait until snapshot %s is available."),
    SNAPSHOT_SINCE_FULL(
            2191,
            CONFLICT,
            "Cannot perform a differential backup for database \"%s\", because a snapshot of it was taken after its last full"
                    + " backup.",
            "Take a full backup first, then the differential one. The snapshot is %s."),
    SNAPSHOT_UNDER_WAY(
            2192,
            CONFLICT,
            "a snapshot of database '%s' is under way: %s",
            "Wait until it is available; one snapshot of a database is taken at a time."),
    SNAPSHOT_STORAGE_ABSENT(
            2193,
            CONFLICT,
            "there is no storage for snapshots",
            "Set bakstripe.worker.snapshots.bucket on every node, then call again."),
    SNAPSHOT_NOT_ONLINE(
            2194,
            CONFLICT,
            "database '%s' is %s; snapshots are taken of databases that are ONLINE",
            "Finish or drop the restore first."),
    SNAPSHOT_NOT_AVAILABLE(
            2195,
            CONFLICT,
            "snapshot %s is %s; only an available one can be restored",
            "GET /api/v1/instances/{instance}/snapshots lists the snapshots with their states."),
    PARTIAL_RESTORE_PENDING(
            2196,
            CONFLICT,
            "database '%s' of instance '%s' is partially restored and has pending restore tasks: %s",
            "Restoring a snapshot drops partially restored databases of its target: wait for these tasks or cancel them."),
    SNAPSHOT_NOT_ENDED(
            2197,
            CONFLICT,
            "snapshot %s of database '%s' is under way and cannot be deleted",
            "Wait until it is available or has failed."),
    EDITION_LIMIT(
            2160,
            CONFLICT,
            "the backup holds a database of %s bytes; %s Edition restores up to %s bytes",
            "Restore to an instance of an edition that takes it: Express takes 10 GB, the others 16 TB."),
    MAINTENANCE_WINDOW(
            2162,
            CONFLICT,
            "no backup begins in the maintenance window %s (UTC)",
            "The window closes at %s: call again then."),
    BACKUP_WINDOW(
            2163,
            CONFLICT,
            "Aborted the task because of a task failure or an overlap with your preferred backup window for RDS automated"
                    + " backup.",
            "The backup window %s (UTC) closes at %s: call again then."),
    MULTI_AZ_STEP(
            2164,
            CONFLICT,
            "%s is not supported on Multi-AZ instances such as '%s'",
            "Restore a full backup with RECOVERY; for anything else restore to an instance that is not Multi-AZ."),
    MULTI_AZ_MODEL(
            2165,
            CONFLICT,
            "instance '%s' is Multi-AZ and restores only databases that were backed up in recovery model full; this one was"
                    + " backed up in recovery model %s",
            "Declare recovery-model = full for the source database, take a full backup and restore that."),
    IN_TRANSACTION(
            2166,
            CONFLICT,
            "Cannot perform a backup or restore operation within a transaction.",
            "Call %s before begin transaction, or behind commit or rollback."),
    OPTION_ABSENT(
            2167,
            CONFLICT,
            "Database backup/restore option is not enabled yet or is in the process of being enabled. Please try again"
                    + " later.",
            "Instance '%s' is declared with option = none: take that line out, or name a role there."),
    COMMIT_WITHOUT_BEGIN(
            2168,
            CONFLICT,
            "The COMMIT TRANSACTION request has no corresponding BEGIN TRANSACTION.",
            "Every request begins outside of a transaction."),
    ROLLBACK_WITHOUT_BEGIN(
            2169,
            CONFLICT,
            "The ROLLBACK TRANSACTION request has no corresponding BEGIN TRANSACTION.",
            "Every request begins outside of a transaction."),
    COMPRESSION_NOT_SUPPORTED(
            2108,
            CONFLICT,
            "BACKUP DATABASE WITH COMPRESSION isn't supported on %s Edition",
            "Leave 'S3 backup compression' false, or declare an edition that compresses: Enterprise or Standard."),
    KEY_ASYMMETRIC(
            2176,
            CONFLICT,
            "key %s is asymmetric; only symmetric keys encrypt backups",
            "Name a key with the key spec SYMMETRIC_DEFAULT and the usage ENCRYPT_DECRYPT; this one has %s and %s."),
    KEY_AWS_MANAGED(
            2177,
            CONFLICT,
            "key %s is a default key that AWS manages; backups are encrypted with customer managed keys only",
            "Make a symmetric key of your own and name its ARN."),
    KEY_DISABLED(2178, CONFLICT, "key %s is disabled", "Enable the key, then call again."),
    KEY_NOT_USABLE(
            2179,
            CONFLICT,
            "key %s cannot be used in its state: %s",
            "Cancel the deletion of the key, or import its material, then call again; backups that it encrypted open with it"
                    + " only."),
    REPLACE_NEEDS_FULL(
            2180,
            MALFORMED,
            "only a full restore that opens the database can replace an existing one",
            "Leave out type, with_norecovery and with_standby, or leave out replace_existing."),
    REPLACE_NOT_MANAGED(
            2181,
            CONFLICT,
            "database '%s' cannot be replaced: its server is not run by Bakstripe",
            "Restore under another name, and move the clients."),
    REPLACE_NOT_ONLINE(
            2182,
            CONFLICT,
            "database '%s' cannot be replaced while it is %s",
            "Only a database that is ONLINE can be replaced: finish its restore, or drop it and restore anew."),
    KEPT_ALREADY(
            2183,
            CONFLICT,
            "database '%s' cannot be replaced: the one that it replaced is still kept, since %s",
            "Remove that one with rds_drop_database, or put it back with swap-back."),
    SWAP_UNDER_WAY(
            2184,
            CONFLICT,
            "database '%s' is being swapped with the one that is kept of it",
            "Wait until that is done."),
    SWAP_TASKS_PENDING(
            2185,
            CONFLICT,
            "database '%s' has tasks that have not ended: %s",
            "Wait for them or cancel them, then swap."),
    KEPT_CHANGED(
            2186,
            CONFLICT,
            "the host keeps another database of '%s' than is known: %s",
            "Look at the database's document again."),
    TASK_ENDED(
            2121, CONFLICT, "task %s has ended in %s and cannot be cancelled", "rds_task_status shows how it ended."),
    CANCEL_TOO_LATE(
            2122,
            CONFLICT,
            "task %s is completing the restored database and cannot be cancelled any more",
            "Wait for the end of the task."),
    IDEMPOTENCY_KEY_REUSED(
            2201,
            KEY_REUSED,
            "the Idempotency-Key was used before for another call",
            "Use a new key for every new call."),

    INSTANCE_UNKNOWN(3001, UNKNOWN, "instance '%s' is not registered", "GET /api/v1/instances lists those that are."),
    DATABASE_UNKNOWN(
            3002,
            UNKNOWN,
            "database '%s' does not exist on instance '%s'",
            "GET /api/v1/instances/%2$s/databases lists those that do."),
    TASK_UNKNOWN(3003, UNKNOWN, "task %s does not exist on instance '%s'", "rds_task_status lists all tasks."),
    BUCKET_UNKNOWN(3004, UNKNOWN, "The specified bucket does not exist", "Check the name of the bucket: %s."),
    FILE_UNKNOWN(3005, UNKNOWN, "no file matches %s", "Check the ARN; an asterisk stands for any run of characters."),
    REPLACE_NOTHING(
            3180,
            UNKNOWN,
            "database '%s' does not exist on instance '%s', so that there is nothing to replace",
            "Leave out replace_existing to make it."),
    NOTHING_KEPT(
            3181,
            UNKNOWN,
            "no other database is kept of '%s'",
            "One is kept when a restore with replace_existing has put another one in its place."),
    SNAPSHOT_UNKNOWN(
            3194,
            UNKNOWN,
            "snapshot %s does not exist on instance '%s'",
            "GET /api/v1/instances/%2$s/snapshots lists those that do."),
    PROCEDURE_UNKNOWN(3006, UNKNOWN, "procedure '%s' is not known", "Known procedures: %s."),
    CONFIGURATION_UNKNOWN(3007, UNKNOWN, "configuration '%s' is not known", "Known configurations: %s."),
    PATH_UNKNOWN(3008, UNKNOWN, "there is nothing at this address", "The README lists the calls."),

    TOKEN_MISSING(
            4001,
            UNAUTHENTICATED,
            "a valid bearer token is required",
            "Send the header Authorization: Bearer <token>."),
    ROLE_TOO_LOW(
            4011,
            DENIED,
            "login '%s' has the role %s and may not call %s",
            "Use the token of a login with role %s or a higher one."),
    INSTANCE_NOT_ALLOWED(
            4012,
            DENIED,
            "login '%s' may not use instance '%s'",
            "Use the token of a login whose declaration names that instance, or none."),
    TOKEN_EXPIRED(
            4013,
            UNAUTHENTICATED,
            "the token of login '%s' has expired at %s",
            "Make a new one with bakstripe token and declare its hash in bakstripe.api.logins."),
    TOKENS_TOO_MANY(
            4014,
            THROTTLED,
            "too many wrong tokens were sent from this address",
            "Wait for the seconds that Retry-After names; tokens that were right before still are."),
    ACCESS_DENIED(4002, DENIED, "Access Denied", "%s"),
    SNAPSHOT_KEPT(
            5161,
            DENIED,
            "%s may not be deleted",
            "Only snapshots are deleted, and only where bakstripe.worker.snapshots.delete is true; otherwise rules of their bucket do it."),
    NOT_THE_RESTORER(
            4005,
            DENIED,
            "login '%s' may not finish or drop the restore of database '%s'",
            "Use the master login, or the login that most recently restored it with NORECOVERY: '%s'."),
    DATABASE_LOGIN_REFUSED(
            4003,
            DENIED,
            "database '%s' refused the login: %s",
            "Check user, password and pg_hba.conf for the role that is declared for this database."),
    GRANT_MISSING(
            4004,
            DENIED,
            "the role of database '%s' may not execute %s",
            "bakstripe doctor gives the statement that grants it; docs/postgresql.md lists what a backup needs."),

    STORE_UNREACHABLE(
            5001,
            UNREACHABLE,
            "the object store does not answer: %s",
            "Check the endpoint and the network, then try again."),
    STS_UNREACHABLE(
            5160,
            UNREACHABLE,
            "role %s cannot be assumed, because the token service does not answer: %s",
            "Check bakstripe.worker.store.sts and the network, then try again."),
    KEY_UNKNOWN(
            5130,
            UNKNOWN,
            "Key %s does not exist",
            "Check the ARN; a backup that was encrypted opens with the key that encrypted it."),
    KEY_DENIED(
            5131,
            DENIED,
            "User %s is not authorized to perform %s on resource %s",
            "Allow it in the role's policy and name the role in the key's policy; bakstripe iam-policy prints what is needed."
                    + " The key service said: %s"),
    KEY_SERVICE_UNREACHABLE(
            5132,
            UNREACHABLE,
            "the key service does not answer: %s",
            "Check bakstripe.worker.kms and the network, then try again."),
    KEY_SERVICE_FAILED(5133, FAILURE, "the key service refused %s: %s", "The text is the service's own."),
    KEY_WRONG(
            5134,
            CONFLICT,
            "key %s does not open what was encrypted",
            "Name the key that the backup was encrypted with."),
    ENVELOPE_DAMAGED(
            5135,
            CORRUPTION,
            "the metadata that tell how file %s is encrypted cannot be read: %s",
            "Restore from another backup, or put the object's metadata back."),
    ENVELOPE_FOREIGN(
            5136,
            CORRUPTION,
            "file %s is encrypted in a way that this program does not open: %s",
            "Files in the Encryption-Only mode of the Amazon S3 encryption client are opened, with keys that KMS wrapped."),
    DATABASE_UNREACHABLE(
            5002,
            UNREACHABLE,
            "database '%s' does not answer: %s",
            "Check that the server runs and that its address is right, then try again."),
    CLUSTER_TIMEOUT(
            5101,
            TIMEOUT,
            "%s did not answer in time",
            "Try again in a few seconds; GET /health/ready tells whether the cluster is up."),
    HOST_UNAVAILABLE(5102, TIMEOUT, "no node runs on host '%s'", "Start a node with that host name, then try again."),
    SNAPSHOT_REMOVAL_UNANSWERED(
            5175,
            TIMEOUT,
            "the deletion of snapshot %s was not answered in time",
            "It is tried again by itself. Check that a worker node runs that has bakstripe.worker.snapshots."),
    KEY_OBJECT_CONTENDED(
            5180,
            TIMEOUT,
            "the key object %s could not be changed because others changed it each time",
            "It is tried again by itself. Do not back up to one file, or wrap its keys anew, at the same time."),
    FILE_NAMED_AS_KEYS(
            5181,
            CONFLICT,
            "file %s has the name of a key object, as which no restore would find it",
            "Name a file that does not end in .keys."),
    LEASE_OVER(
            5121,
            TIMEOUT,
            "worker %s has not heard from its coordinator in time and sends nothing",
            "It goes on by itself when it hears from its coordinator again."),

    SESSION_LOST(
            6001, FAILURE, "the backup session on database '%s' was lost: %s", "The attempt starts again by itself."),
    WAL_LEVEL_TOO_LOW(
            6002,
            FAILURE,
            "database '%s' runs with wal_level=minimal, which cannot be backed up online",
            "Set wal_level to replica and restart the server."),
    WAL_GONE(
            6003,
            FAILURE,
            "log segment %s that the backup needs is gone from database '%s'",
            "Raise wal_keep_size or max_slot_wal_keep_size, then back up again."),
    STORE_FAILED(6004, FAILURE, "the object store refused %s: %s", "The text is the store's own."),
    ATTEMPTS_EXHAUSTED(
            6005,
            FAILURE,
            "gave up after %s attempts without progress; the last one: %s",
            "Mend the cause, then call again."),
    STRIPE_LIMIT(
            6006, CONFLICT, "file %s reached the largest size a file can have", "Set number_of_files to at least %s."),
    STOPPED_BY_NODE(6007, FAILURE, "the node that did the work stopped", "The attempt starts again by itself."),
    ENGINE_FAILED(6008, FAILURE, "database '%s' failed: %s", "The text is the server's own."),
    SERVER_NOT_STARTED(6009, FAILURE, "the server of database '%s' did not start: %s", "The server's log is in %s."),
    HOST_IO(6010, FAILURE, "host '%s' failed to write %s: %s", "Check the disk of the host."),
    PUBLISH_CONFLICT(
            6011,
            FAILURE,
            "a foreign file appeared at %s while the set was being published; visible stripes: %s",
            "Remove the stripes that are named; the set is incomplete and cannot be restored."),
    SPACE_SHORT(
            6012,
            FAILURE,
            "There is insufficient free space on disk volume '%s' to create the database. The database requires %s additional free bytes, while only %s bytes are available.",
            "Free some space on that host, then restore again."),
    RESTORE_STEP_FAILED(
            6013,
            FAILURE,
            "restore task %s, which this one had to wait for, did not end in SUCCESS",
            "See what that task says, then restore again from the first file."),
    PUBLISH_INCOMPLETE(
            6014,
            FAILURE,
            "the set could not be published as a whole: %s; visible stripes: %s",
            "Remove the stripes that are named; the set is incomplete and cannot be restored."),
    STANDBY_IMPOSSIBLE(
            6015,
            FAILURE,
            "database '%s' cannot be read while it is RESTORING: %s",
            "It stays RESTORING: go on with the next step. The server's log is in %s."),
    PART_LOST(
            6031,
            FAILURE,
            "part %s of %s is not what was stored, and what it was made of is not read any more",
            "The attempt starts again by itself."),
    UPLOAD_LOST(
            6032,
            FAILURE,
            "the object store does not know the upload of %s any more: %s",
            "The attempt starts again by itself; where it does not, see who aborts uploads or removes objects there."),
    TARGET_NOT_EMPTY(
            6040,
            CONFLICT,
            "%s is not an empty directory",
            "Name a directory that is empty or not there; it is made then."),
    FULL_MISSING(
            6041,
            CONFLICT,
            "the files that are named hold no full backup%s",
            "Name the files of a full backup, too: everything else builds on one."),
    DATABASES_MIXED(
            6042,
            CONFLICT,
            "the files that are named are backups of several servers: %s",
            "Name the files of one of them; bakstripe inspect shows which database a file is of."),
    MOMENT_NOT_COVERED(
            6043,
            CONFLICT,
            "the backups that are named reach %s, and %s is behind that",
            "Name the log backups up to one that ended at or after that moment, or leave the moment out."),
    OUTPUT_TAKEN(
            6044, CONFLICT, "%s is not written: %s", "Name another directory, or the files in calls of their own."),
    NOTHING_TO_DECRYPT(
            6045,
            CONFLICT,
            "file %s is not encrypted, as far as can be seen",
            "Leave it out. Of a file on this host that is encrypted in the mode encryption-only, name the metadata that it had in the store, too: --metadata."),
    METADATA_UNREADABLE(
            6046,
            CORRUPTION,
            "the metadata in %s cannot be read: %s",
            "Save what aws s3api head-object --query Metadata prints of the object."),
    KEY_ALONE(
            6047,
            CONFLICT,
            "file %s is in the mode encryption-only, in which a file has one key",
            "Exchange the key: name the other one with --to-key, without --add and --remove."),
    KEY_LAST(
            6048,
            CONFLICT,
            "key %s is the only one that opens file %s",
            "Add another key first, or exchange this one with --to-key."),
    REWRAP_UNPROVEN(
            6049,
            FAILURE,
            "the key of file %s was changed, but the file could not be opened afterwards: %s",
            "Run the command again: it opens the file once more. What was there before: %s"),
    SPOOL_FAILED(
            6051,
            FAILURE,
            "the spool folder %s cannot be written: %s",
            "Free some space there, or set bakstripe.worker.spool.folder to a folder with more; the attempt starts again by itself."),

    NOT_A_BACKUP(
            6101,
            CORRUPTION,
            "The media family on device '%s' is incorrectly formed. SQL Server cannot process this media family.",
            "The file is no Bakstripe backup: %s."),
    FILE_DAMAGED(
            6102,
            CORRUPTION,
            "Damage to the backup set was detected. File %s, part %s: %s",
            "Restore from another backup."),
    FILE_TRUNCATED(
            6103,
            CORRUPTION,
            "The backup set on device '%s' was terminated while it was being created and is incomplete. RESTORE"
                    + " sequence is terminated abnormally.",
            "Restore from another backup."),
    STRIPE_MISSING(
            6104,
            CORRUPTION,
            "The media set has %s media families but only %s are provided. All members must be provided.",
            "Name all the files of the set, for example with an asterisk."),
    STRIPE_DOUBLED(
            6105,
            CORRUPTION,
            "The backup media on \"%s\" is part of media family %s which has already been processed on \"%s\". Ensure"
                    + " that backup devices are correctly specified.",
            "Match each file of the set once."),
    STRIPE_FOREIGN(
            6106,
            CORRUPTION,
            "The volume on the device \"%s\" is not part of the media set that is currently being processed. Ensure"
                    + " that the backup devices are loaded with the correct media.",
            "Match the files of one backup only: 'x*' matches those of 'x2*', too. Where no asterisk tells them apart, move"
                    + " the files of one backup to a folder of their own; bakstripe inspect shows which set a file is of."),
    FILE_CHANGED(
            6107,
            CORRUPTION,
            "file %s was replaced while it was being restored",
            "Restore again from files that stay."),
    PATH_UNSAFE(
            6108,
            CORRUPTION,
            "file %s holds the path '%s', which leaves the target directory",
            "Do not trust this file."),
    ENGINE_MISMATCH(
            6109,
            CONFLICT,
            "The database was backed up on a server running version %s. That version is incompatible with this server,"
                    + " which is running version %s.",
            "Add a directory with the binaries of that version to bakstripe.worker.host.binaries."),
    MANIFEST_MISMATCH(
            6110,
            CORRUPTION,
            "the restored files do not match the backup's manifest: %s",
            "Restore from another backup."),
    FILE_NEWER(
            6111,
            CORRUPTION,
            "file %s has format version %s, this program reads version %s",
            "Restore with the version of the program that wrote it, or a later one."),
    FILE_ENCRYPTED(
            6112,
            CORRUPTION,
            "file %s is encrypted and no key was named",
            "Name the key that it was encrypted with, as kms_master_key_arn."),
    FILE_NOT_ENCRYPTED(
            6113,
            CORRUPTION,
            "file %s is not encrypted, but a key was named",
            "Leave kms_master_key_arn out, if the file is the one that you mean."),
    FILE_MODE_UNKNOWN(
            6114,
            CORRUPTION,
            "file %s is encrypted in mode %s, which this version cannot open",
            "Restore with a later version of the program."),
    KEY_OBJECT_MISSING(
            6115,
            CORRUPTION,
            "the key object %s is not there; without it file %s cannot be opened",
            "A file and its key object belong together: copy it from where the file came from."),
    KEY_OBJECT_DAMAGED(
            6116, CORRUPTION, "the key object %s cannot be read: %s", "Put an earlier version of the object back."),
    KEY_OBJECT_NEWER(
            6117,
            CORRUPTION,
            "the key object %s has format %s, this program reads format %s",
            "Use the version of the program that wrote it, or a later one."),
    KEY_OBJECT_FOREIGN(
            6118,
            CORRUPTION,
            "the key object %s holds no key of file %s",
            "It belongs to other files of that name: copy the key object from where this file came from."),
    KEY_NOT_OF_FILE(6119, CONFLICT, "key %s does not open file %s", "Name one of the keys that open it: %s."),
    FILE_NOT_AUTHENTICATED(
            6120,
            CONFLICT,
            "file %s is not authenticated, and the instance takes no other files",
            "Restore a backup in the mode authenticated, or declare the instance with encryption.require-authenticated = false."),
    PAGES_DAMAGED(
            6121,
            CORRUPTION,
            "database '%s' has %s page(s) whose checksums are wrong, so nothing was kept: %s",
            "Rebuild or restore the relations that these files belong to and back up again, or set continue_after_error to 1"
                    + " for a set that is marked as damaged and serves as no base."),
    SET_DAMAGED(
            6122,
            CORRUPTION,
            "Damage to the backup set was detected. %s page(s) had wrong checksums when set %s was made and are restored as"
                    + " they were.",
            "The server reports these pages when it reads them; restore from another backup where they matter."),

    INTERNAL(9001, BUG, "internal error: %s", "Report this with the node's log."),
    PROTOCOL_BROKEN(9002, BUG, "a node got an answer that it cannot place: %s", "Report this with the node's log.");

    private static final Map<String, BackupError> BY_CODE =
            Arrays.stream(values()).collect(Collectors.toUnmodifiableMap(BackupError::code, Function.identity()));

    private final String code;
    private final ErrorCategory category;
    private final String message;
    private final String hint;

    BackupError(int number, ErrorCategory category, String message, String hint) {
        this.code = "BAK-" + number;
        this.category = category;
        this.message = message;
        this.hint = hint;
    }

    /** The stable code, for example {@code BAK-2101}. */
    @JsonValue
    public String code() {
        return code;
    }

    public ErrorCategory category() {
        return category;
    }

    /** The number that SQL Server gives this message; empty for messages of our own. */
    public OptionalInt serverMessage() {
        return ServerMessages.numberOf(this);
    }

    /** The message with its places unfilled: a title for documents. */
    public String message() {
        return message;
    }

    /** The entry with this code; {@link IllegalArgumentException} when there is none. */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static BackupError ofCode(String code) {
        return Optional.ofNullable(BY_CODE.get(code))
                .orElseThrow(() -> new IllegalArgumentException("no error has the code " + code));
    }

    /**
     * This error with its values filled in: first the message's places in order, then the hint's. A hint that numbers its places ({@code %2$s})
     * counts from the message's first value.
     */
    public Problem problem(Object... values) {
        String detail = message.formatted(values);
        boolean numbered = hint.matches("(?s).*%\\d\\$s.*");
        long inMessage = message.split("%s|%\\d\\$s", -1).length - 1L;
        Object[] forHint = numbered || inMessage >= values.length
                ? values
                : Arrays.copyOfRange(values, (int) inMessage, values.length);
        return new Problem(this, detail, hint.formatted(forHint), Optional.empty());
    }
}
