package io.bakstripe.api.sql.msdb;

import io.bakstripe.protocol.instance.BackupSetInfo;
import io.bakstripe.protocol.name.BackupSetId;
import io.bakstripe.protocol.procedure.BackupType;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A column of {@code msdb.dbo.backupset}, those that we know; the names and what they mean are SQL Server's, the values have the forms of the HTTP calls: times
 * are ISO-8601 in UTC, LSNs and identifiers text.
 */
public enum BackupSetColumn {
    /** The task that made the set: like SQL Server's number it is unique on its instance and grows. */
    BACKUP_SET_ID(ColumnKind.NUMBER, row -> Optional.of(row.set().task().value())),
    BACKUP_SET_UUID(ColumnKind.TEXT, row -> Optional.of(row.set().setId().toString())),
    DATABASE_NAME(ColumnKind.NAME, row -> Optional.of(row.set().database())),
    /** {@code D} full, {@code I} differential, {@code L} log. */
    TYPE(ColumnKind.TEXT, row -> Optional.of(letter(row.set().type()))),
    BACKUP_START_DATE(ColumnKind.TIME, row -> Optional.of(row.set().startedAt())),
    BACKUP_FINISH_DATE(ColumnKind.TIME, row -> Optional.of(row.set().finishedAt())),
    FIRST_LSN(ColumnKind.LSN, row -> Optional.of(row.set().firstLsn())),
    LAST_LSN(ColumnKind.LSN, row -> Optional.of(row.set().lastLsn())),
    /** Where redo begins; null for logs. */
    CHECKPOINT_LSN(
            ColumnKind.LSN,
            row -> Optional.of(row.set().firstLsn()).filter(lsn -> row.set().type() != BackupType.LOG)),
    /** Of a differential the {@link #CHECKPOINT_LSN} of the full backup that it builds on; null for others. */
    DATABASE_BACKUP_LSN(ColumnKind.LSN, row -> row.base().map(BackupSetInfo::firstLsn)),
    /** The same as {@link #DATABASE_BACKUP_LSN}. */
    DIFFERENTIAL_BASE_LSN(ColumnKind.LSN, row -> row.base().map(BackupSetInfo::firstLsn)),
    /** The {@link #BACKUP_SET_UUID} of the full backup that a differential builds on. */
    DIFFERENTIAL_BASE_GUID(ColumnKind.TEXT, row -> row.set().base().map(BackupSetId::toString)),
    LAST_RECOVERY_FORK_GUID(ColumnKind.TEXT, row -> row.set().recoveryFork()),
    /** Bytes of the database in the set. */
    BACKUP_SIZE(ColumnKind.NUMBER, row -> Optional.of(row.set().plainBytes())),
    /** Bytes of its files. */
    COMPRESSED_BACKUP_SIZE(ColumnKind.NUMBER, row -> Optional.of(row.set().storedBytes())),
    IS_DAMAGED(
            ColumnKind.NUMBER, row -> Optional.of(bit(row.set().damagedPages().isPresent()))),
    /** Never set: every full backup that is whole and sound may be a base. */
    IS_COPY_ONLY(ColumnKind.NUMBER, row -> Optional.of(bit(false))),
    /** 1 of a snapshot, which has the type of a full backup, so that the last one of both is found in the same way (row B8). */
    IS_SNAPSHOT(ColumnKind.NUMBER, row -> Optional.of(bit(row.set().snapshot().isPresent())));

    private final ColumnKind kind;
    private final Function<BackupSetRow, Optional<?>> value;

    BackupSetColumn(ColumnKind kind, Function<BackupSetRow, Optional<?>> value) {
        this.kind = kind;
        this.value = value;
    }

    /** The column of this name in any case; another one is refused. */
    public static BackupSetColumn ofName(String name) {
        return Arrays.stream(values())
                .filter(column -> column.columnName().equalsIgnoreCase(name))
                .findFirst()
                .orElseThrow(() -> QueryRefusal.of("column '%s' of msdb.dbo.backupset is not known; there are %s"
                        .formatted(
                                name.length() > 60 ? name.substring(0, 60) + "…" : name,
                                Arrays.stream(values())
                                        .map(BackupSetColumn::columnName)
                                        .collect(Collectors.joining(", ")))));
    }

    /** As msdb writes it. */
    public String columnName() {
        return name().toLowerCase(Locale.ROOT);
    }

    ColumnKind kind() {
        return kind;
    }

    /** Empty for null. */
    Optional<?> of(BackupSetRow row) {
        return value.apply(row);
    }

    private static String letter(BackupType type) {
        return switch (type) {
            case FULL -> "D";
            case DIFFERENTIAL -> "I";
            case LOG -> "L";
        };
    }

    private static long bit(boolean set) {
        return set ? 1 : 0;
    }
}
