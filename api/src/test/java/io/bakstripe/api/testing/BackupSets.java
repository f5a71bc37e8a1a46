package io.bakstripe.api.testing;

import io.bakstripe.protocol.instance.BackupSetInfo;
import io.bakstripe.protocol.instance.DatabaseInfo;
import io.bakstripe.protocol.instance.DatabaseState;
import io.bakstripe.protocol.instance.RecoveryModel;
import io.bakstripe.protocol.name.BackupSetId;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.Lsn;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.name.TaskId;
import io.bakstripe.protocol.procedure.BackupType;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Builds backup sets: number {@code n} was made by task {@code n} in minute {@code n} after ten, from LSN {@code n/0} to LSN {@code n/100}. */
public final class BackupSets {
    private BackupSets() {}

    public static BackupSetInfo full(int number, String database) {
        return set(number, database, BackupType.FULL, Optional.empty(), Optional.empty(), false);
    }

    /** Of full backup {@code base}. */
    public static BackupSetInfo differential(int number, String database, int base) {
        return set(number, database, BackupType.DIFFERENTIAL, Optional.of(id(base)), Optional.empty(), false);
    }

    public static BackupSetInfo log(int number, String database) {
        return set(number, database, BackupType.LOG, Optional.empty(), Optional.empty(), false);
    }

    public static BackupSetInfo damaged(int number, String database) {
        return set(number, database, BackupType.FULL, Optional.empty(), Optional.of(3L), false);
    }

    public static BackupSetInfo gone(int number, String database) {
        return set(number, database, BackupType.FULL, Optional.empty(), Optional.empty(), true);
    }

    public static BackupSetId id(int number) {
        return new BackupSetId(new UUID(0, number));
    }

    /** A database that is ONLINE. */
    public static DatabaseInfo online(String name) {
        return new DatabaseInfo(
                new DatabaseName(name), DatabaseState.ONLINE, RecoveryModel.FULL, Optional.empty(), Optional.empty());
    }

    private static BackupSetInfo set(
            int number,
            String database,
            BackupType type,
            Optional<BackupSetId> base,
            Optional<Long> damagedPages,
            boolean gone) {
        Instant started = Instant.parse("2026-03-01T10:00:00Z").plusSeconds(60L * number);
        return new BackupSetInfo(
                id(number),
                new TaskId(number),
                new DatabaseName(database),
                type,
                base,
                new Lsn((long) number << 32),
                new Lsn(((long) number << 32) + 0x100),
                started,
                started.plusMillis(30_250),
                List.of(S3Arn.parse("arn:aws:s3:::bucket/" + number + ".bak")),
                1000L * number,
                300L * number,
                Optional.empty(),
                damagedPages,
                Optional.of("fork"),
                gone,
                type == BackupType.FULL && damagedPages.isEmpty() && !gone);
    }
}
