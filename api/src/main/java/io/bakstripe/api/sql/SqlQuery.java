package io.bakstripe.api.sql;

import io.bakstripe.api.sql.msdb.BackupSetQuery;

/** One {@code select} statement. */
public record SqlQuery(BackupSetQuery query) implements SqlStatement {}
