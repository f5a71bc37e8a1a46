package io.bakstripe.protocol.procedure;

import static io.bakstripe.protocol.procedure.Parameter.optional;
import static io.bakstripe.protocol.procedure.Parameter.required;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.BakstripeException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The parameter table: every procedure that can be called, with its parameters in the order in which T-SQL may give them without names.
 *
 * <p>The HTTP calls, the T-SQL text and the command line are all driven by this table.
 */
public enum Procedure {
    RDS_BACKUP_DATABASE(
            required("source_db_name", ParameterType.databaseName(), "the database to back up (B1)"),
            required(
                    "s3_arn_to_backup_to",
                    ParameterType.s3Arn(BackupError.PARAMETER_EMPTY),
                    "the file to write; with several files exactly one asterisk in its name (B1, B6, B7)"),
            optional("kms_master_key_arn", ParameterType.keyArn(), "the key that encrypts the files (B2)"),
            optional("overwrite_s3_backup_file", ParameterType.bit(), "1 overwrites existing files; default 0 (B3)"),
            optional("type", ParameterType.dataBackup(), "FULL (default) or DIFFERENTIAL (B4)"),
            optional("number_of_files", ParameterType.whole(1, 10), "1 (default) to 10 files (B5)"),
            optional(
                    BackupRequest.CONTINUE_AFTER_ERROR,
                    ParameterType.bit(),
                    "1 backs damaged pages up as they are and marks the set; default 0; not in the reference"),
            optional(
                    BackupRequest.ENCRYPTION_MODE,
                    ParameterType.encryptionMode(),
                    "how the files are encrypted, with a key only; default as the instance declares; not in the reference")),
    RDS_RESTORE_DATABASE(
            required("restore_db_name", ParameterType.databaseName(), "the database to create (R1)"),
            required(
                    "s3_arn_to_restore_from",
                    ParameterType.s3Arn(BackupError.S3_ARN_EMPTY),
                    "the file, or the prefix of several files and an asterisk (R1, R2)"),
            optional("with_norecovery", ParameterType.bit(), "1 leaves the database RESTORING; default 0 (R3)"),
            optional("kms_master_key_arn", ParameterType.keyArn(), "the key that the files are encrypted with (R4)"),
            optional("type", ParameterType.dataBackup(), "FULL (default) or DIFFERENTIAL (R4)"),
            optional(
                    RestoreRequest.WITH_STANDBY,
                    ParameterType.bit(),
                    "1 leaves the database RESTORING and lets it be read meanwhile; default 0; not in the reference"),
            optional(
                    RestoreRequest.REPLACE_EXISTING,
                    ParameterType.bit(),
                    "1 restores beside a database that is ONLINE and puts it in its place, which is kept; default 0; not in the"
                            + " reference")),
    RDS_RESTORE_LOG(
            required("restore_db_name", ParameterType.databaseName(), "the database that is RESTORING (G1)"),
            required("s3_arn_to_restore_from", ParameterType.s3Arn(BackupError.S3_ARN_EMPTY), "the file (G1)"),
            optional("kms_master_key_arn", ParameterType.keyArn(), "the key that the file is encrypted with (G1)"),
            optional("with_norecovery", ParameterType.bit(), "0 opens the database; default 1 (G2)"),
            optional(
                    "stopat",
                    ParameterType.stopAt(),
                    "only what was committed before this date and time is applied; in the instance's time zone unless it has"
                            + " an offset (G3)"),
            optional(
                    RestoreRequest.WITH_STANDBY,
                    ParameterType.bit(),
                    "1 leaves the database RESTORING and lets it be read meanwhile; default 0; not in the reference")),
    RDS_FINISH_RESTORE(required("db_name", ParameterType.databaseName(), "the database that is RESTORING (F1)")),
    RDS_DROP_DATABASE(required(
            "db_name",
            ParameterType.databaseName(),
            "the database that is RESTORING (D1), or one that is ONLINE and of which another one is kept")),
    RDS_BACKUP_LOG(
            required("source_db_name", ParameterType.databaseName(), "the database whose log to back up"),
            required("s3_arn_to_backup_to", ParameterType.s3Arn(BackupError.PARAMETER_EMPTY), "the file to write"),
            optional("kms_master_key_arn", ParameterType.keyArn(), "the key that encrypts the file"),
            optional("overwrite_s3_backup_file", ParameterType.bit(), "1 overwrites an existing file; default 0"),
            optional(
                    BackupRequest.ENCRYPTION_MODE,
                    ParameterType.encryptionMode(),
                    "how the file is encrypted, with a key only; default as the instance declares; not in the reference")),
    RDS_CANCEL_TASK(required("task_id", ParameterType.whole(1, Long.MAX_VALUE), "the task to cancel (C1)")),
    RDS_TASK_STATUS(
            optional("db_name", ParameterType.databaseName(), "only tasks of this database (T1)"),
            optional("task_id", ParameterType.whole(1, Long.MAX_VALUE), "only this task (T1)"),
            optional("max_rows", ParameterType.whole(1, Integer.MAX_VALUE), "at most this many, the newest first"),
            optional(
                    "after_task_id",
                    ParameterType.whole(1, Long.MAX_VALUE),
                    "only older tasks than this one: the page behind one that ended with it")),
    RDS_SET_CONFIGURATION(
            required("name", ParameterType.text(), "the configuration to set (K1)"),
            required("value", ParameterType.text(), "its new value (K1)")),
    RDS_SHOW_CONFIGURATION(optional("name", ParameterType.text(), "the configuration to show; default all"));

    private final List<Parameter> parameters;

    Procedure(Parameter... parameters) {
        this.parameters = List.of(parameters);
    }

    /** The name as callers write it, for example {@code rds_backup_database}. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    public List<Parameter> parameters() {
        return parameters;
    }

    /** The procedure of this name in any case; throws with {@link BackupError#PROCEDURE_UNKNOWN}. */
    public static Procedure ofName(String name) {
        return Arrays.stream(values())
                .filter(procedure -> procedure.wireName().equalsIgnoreCase(name))
                .findFirst()
                .orElseThrow(() -> BackupError.PROCEDURE_UNKNOWN
                        .problem(
                                name,
                                Arrays.stream(values()).map(Procedure::wireName).collect(Collectors.joining(", ")))
                        .asException());
    }

    /**
     * Checks a call against the table. Names are matched in any case, as T-SQL does; the first fault found is thrown, blamed on its parameter.
     *
     * @param raw parameter names without {@code @} and their values as they were written: text, number, boolean or null
     */
    public Arguments bind(Map<String, ? extends @Nullable Object> raw) {
        Map<String, Object> given = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        raw.forEach((name, value) -> {
            if (parameters.stream().noneMatch(parameter -> parameter.name().equalsIgnoreCase(name))) {
                String known = parameters.stream().map(Parameter::name).collect(Collectors.joining(", "));
                throw BackupError.PARAMETER_UNKNOWN
                        .problem(name, wireName(), known)
                        .on(name)
                        .asException();
            }
            if (value != null && given.put(name, value) != null) {
                throw BackupError.PARAMETER_TWICE.problem(name).on(name).asException();
            }
        });
        Map<String, Object> bound = new TreeMap<>();
        for (Parameter parameter : parameters) {
            Object value = given.get(parameter.name());
            if (value != null) {
                bound.put(parameter.name(), read(parameter, value));
            } else if (parameter.required()) {
                throw BackupError.PARAMETER_MISSING
                        .problem(parameter.name())
                        .on(parameter.name())
                        .asException();
            }
        }
        return new Arguments(bound);
    }

    private static Object read(Parameter parameter, Object value) {
        try {
            return parameter.type().reader().apply(parameter.name(), value);
        } catch (BakstripeException refused) {
            throw refused.problem().on(parameter.name()).asException(refused);
        }
    }

    /** The arguments of one call, typed and checked. */
    public record Arguments(Map<String, Object> values) {
        public Arguments {
            values = Map.copyOf(values);
        }

        public <T> T required(String name, Class<T> type) {
            return optional(name, type).orElseThrow(() -> new IllegalArgumentException("not bound: " + name));
        }

        public <T> Optional<T> optional(String name, Class<T> type) {
            return Optional.ofNullable(values.get(name)).map(type::cast);
        }
    }
}
