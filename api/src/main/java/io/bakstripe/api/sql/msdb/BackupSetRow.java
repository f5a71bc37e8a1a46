package io.bakstripe.api.sql.msdb;

import io.bakstripe.protocol.instance.BackupSetInfo;
import java.util.Optional;

/**
 * One row of {@code msdb.dbo.backupset}.
 *
 * @param base of a differential: the full backup that it builds on, where it is still known
 */
record BackupSetRow(BackupSetInfo set, Optional<BackupSetInfo> base) {}
