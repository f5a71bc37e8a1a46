/** What is known of backups, asked as {@code msdb} is asked: the columns of {@code msdb.dbo.backupset} and queries of them, evaluated without any I/O. */
@NullMarked
package io.bakstripe.api.sql.msdb;

import org.jspecify.annotations.NullMarked;
