package io.bakstripe.api.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bakstripe.api.sql.msdb.BackupSetColumn;
import io.bakstripe.api.testing.BackupSets;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.BakstripeException;
import io.bakstripe.protocol.instance.BackupSetInfo;
import io.bakstripe.protocol.name.DatabaseName;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SelectTextTest {
    private static final List<BackupSetInfo> SETS = List.of(
            BackupSets.log(4, "mydatabase"),
            BackupSets.full(3, "other"),
            BackupSets.full(2, "mydatabase"),
            BackupSets.full(1, "mydatabase"));

    private static List<Map<String, @Nullable Object>> answer(String text) {
        return ((SqlQuery) SqlText.parse(text).get(0)).query().over(SETS);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // As the reference prints it, tabs and all.
                "select top 1 \ndatabase_name\n, \tbackup_start_date\n, \tbackup_finish_date \nfrom    msdb.dbo.backupset"
                        + " \nwhere   database_name='mydatabase'\nand     type = 'D' \norder by backup_start_date desc;",
                "select top 1 database_name, backup_start_date, backup_finish_date from msdb.dbo.backupset where"
                        + " database_name='mydatabase' and type = 'D' order by backup_start_date desc",
                "SELECT TOP 1 DATABASE_NAME,BACKUP_START_DATE,BACKUP_FINISH_DATE FROM MSDB.DBO.BACKUPSET WHERE"
                        + " DATABASE_NAME=N'MyDatabase' AND TYPE='d' ORDER BY BACKUP_START_DATE DESC",
                "select top (1) [database_name], [backup_start_date], [backup_finish_date] from [msdb].[dbo].[backupset]"
                        + " where ([database_name] = 'mydatabase') and ([type] = 'D') order by [backup_start_date] desc;",
                "select top 1 \"database_name\", \"backup_start_date\", \"backup_finish_date\" from \"msdb\".\"dbo\".\"backupset\""
                        + " where (database_name='mydatabase' and type='D') order by backup_start_date desc",
                "select top 1 b.database_name, b.backup_start_date, b.backup_finish_date from msdb..backupset as b where"
                        + " b.type='D' and b.database_name='mydatabase' order by b.backup_start_date desc",
                "select top 1 bs.database_name, bs.[backup_start_date], backup_finish_date from msdb.dbo.backupset bs where"
                        + " bs.type='D' and database_name='mydatabase' order by bs.backup_start_date desc",
                "select top 1 backupset.database_name, backupset.backup_start_date, backupset.backup_finish_date from"
                        + " backupset where type='D' and database_name='mydatabase' order by backup_finish_date desc",
                "-- the last full backup\nselect /* it */ top 1 database_name, backup_start_date, backup_finish_date from"
                        + " dbo.backupset where database_name='mydatabase' and type='D' -- D is full",
            })
    void findsTheLastFullBackupHoweverTheQueryIsWritten(String text) {
        List<Map<String, @Nullable Object>> rows = answer(text);

        assertThat(rows).hasSize(1);
        assertThat(rows.get(0)).hasSize(3);
        assertThat(rows.get(0).values())
                .containsExactly(
                        new DatabaseName("mydatabase"),
                        Instant.parse("2026-03-01T10:02:00Z"),
                        Instant.parse("2026-03-01T10:02:30.250Z"));
    }

    @Test
    void namesColumnsAsMsdbDoesOrAsItIsTold() {
        assertThat(answer("select TYPE, [Database_Name] as [the name], backup_set_id n from msdb.dbo.backupset")
                        .get(0)
                        .keySet())
                .containsExactly("type", "the name", "n");
        assertThat(answer("select * from msdb.dbo.backupset").get(0)).hasSize(BackupSetColumn.values().length);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "backup_set_id >= 2 and backup_set_id < 4",
                "backup_set_id != 1 and backup_set_id <> 4",
                "backup_size > 1000.5 and type = 'D'",
                "backup_start_date >= '20260301 10:02' and backup_start_date < '2026-03-01T10:04:00Z'",
                "first_lsn > '1/0' and first_lsn <= '3/0'",
            })
    void comparesColumnsWithLiterals(String where) {
        assertThat(answer("select backup_set_id from msdb.dbo.backupset where " + where))
                .extracting(row -> row.get("backup_set_id"))
                .containsExactly(3L, 2L);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "select 1",
                "select getdate()",
                "select * from orders",
                "select * from shop.dbo.backupset",
                "select * from msdb.other.backupset",
                "select * from server.msdb.dbo.backupset",
                "select * from msdb.dbo.backupmediafamily",
                "select * from (select * from msdb.dbo.backupset) b",
                "select * from msdb.dbo.backupset, msdb.dbo.backupset b",
                "select * from msdb.dbo.backupset a join msdb.dbo.backupset b on a.type = b.type",
                "select * from msdb.dbo.backupset with (nolock)",
                "select * from msdb.dbo.backupset union all select * from msdb.dbo.backupset",
                "(select * from msdb.dbo.backupset)",
                "with b as (select * from msdb.dbo.backupset) select * from msdb.dbo.backupset",
                "select distinct type from msdb.dbo.backupset",
                "select type into copies from msdb.dbo.backupset",
                "select count(*) from msdb.dbo.backupset",
                "select max(backup_start_date) from msdb.dbo.backupset",
                "select type from msdb.dbo.backupset group by type",
                "select type from msdb.dbo.backupset group by type having type = 'D'",
                "select type, type from msdb.dbo.backupset",
                "select *, type from msdb.dbo.backupset",
                "select type + 'x' from msdb.dbo.backupset",
                "select 'D' from msdb.dbo.backupset",
                "select b.* from msdb.dbo.backupset b",
                "select c.type from msdb.dbo.backupset b",
                "select backupset.type from msdb.dbo.backupset b",
                "select name from msdb.dbo.backupset",
                "select -1 from msdb.dbo.backupset where -1 < 0",
                "select top 10 percent * from msdb.dbo.backupset",
                "select top 1 with ties * from msdb.dbo.backupset order by type",
                "select top -1 * from msdb.dbo.backupset",
                "select top 1.5 * from msdb.dbo.backupset",
                "select top (@n) * from msdb.dbo.backupset",
                "select top 99999999999 * from msdb.dbo.backupset",
                "select * from msdb.dbo.backupset limit 1",
                "select * from msdb.dbo.backupset order by type offset 1 rows fetch next 1 rows only",
                "select * from msdb.dbo.backupset order by 1",
                "select * from msdb.dbo.backupset order by type nulls last",
                "select * from msdb.dbo.backupset order by upper(type)",
                "select * from msdb.dbo.backupset order by user_name",
                "select * from msdb.dbo.backupset for update",
                "select * from msdb.dbo.backupset for xml path",
                "select * from msdb.dbo.backupset where type = 'D' or type = 'I'",
                "select * from msdb.dbo.backupset where not type = 'D'",
                "select * from msdb.dbo.backupset where type in ('D', 'I')",
                "select * from msdb.dbo.backupset where type like 'D%'",
                "select * from msdb.dbo.backupset where backup_set_id between 1 and 2",
                "select * from msdb.dbo.backupset where type is null",
                "select * from msdb.dbo.backupset where type = null",
                "select * from msdb.dbo.backupset where type = type",
                "select * from msdb.dbo.backupset where type = \"D\"",
                "select * from msdb.dbo.backupset where 'D' = type",
                "select * from msdb.dbo.backupset where type = @type",
                "select * from msdb.dbo.backupset where type = E'D'",
                "select * from msdb.dbo.backupset where type = 5",
                "select * from msdb.dbo.backupset where backup_size = '5'",
                "select * from msdb.dbo.backupset where backup_start_date > dateadd(day, -1, getdate())",
                "select * from msdb.dbo.backupset where backup_start_date > 'yesterday'",
                "select * from msdb.dbo.backupset where first_lsn = '5'",
                "select * from msdb.dbo.backupset where user_name = 'sa'",
                "select * from msdb.dbo.backupset where type = (select 'D')",
                "select * from msdb.dbo.backupset where type *= 'D'",
                "select * from msdb.dbo.backupset where",
                "select from msdb.dbo.backupset",
            })
    void refusesWhatItDoesNotUnderstand(String text) {
        assertThatThrownBy(() -> SqlText.parse(text))
                .isInstanceOfSatisfying(
                        BakstripeException.class,
                        refused -> assertThat(refused.problem().error()).isEqualTo(BackupError.SQL_MALFORMED));
    }

    @Test
    void saysWhatItUnderstands() {
        assertThatThrownBy(() -> SqlText.parse("select user_name from msdb.dbo.backupset"))
                .hasMessageContaining(
                        "column 'user_name' of msdb.dbo.backupset is not known; there are backup_set_id, ")
                .isInstanceOfSatisfying(
                        BakstripeException.class,
                        refused -> assertThat(refused.problem().hint())
                                .startsWith("Understood is: select [top n] columns or * from msdb.dbo.backupset"));
    }

    @Test
    void readsManyConditionsAndSurvivesTooManyOfThem() {
        String many = "select * from msdb.dbo.backupset where type = 'D'" + " and type = 'D'".repeat(500);
        String tooMany = "select * from msdb.dbo.backupset where type = 'D'" + " and type = 'D'".repeat(50_000);
        String deep = "select * from msdb.dbo.backupset where " + "(".repeat(40) + "type = 'D'" + ")".repeat(40);
        String tooDeep = "select * from msdb.dbo.backupset where " + "(".repeat(20_000) + "type = 'D'";

        assertThat(answer(many)).hasSize(3);
        for (String text : List.of(tooMany, deep, tooDeep)) {
            try {
                assertThat(answer(text)).hasSize(3);
            } catch (BakstripeException refused) {
                assertThat(refused.problem().error()).isEqualTo(BackupError.SQL_MALFORMED);
            }
        }
    }

    @Test
    void standsBesideCalls() {
        List<SqlStatement> statements =
                SqlText.parse("exec msdb.dbo.rds_task_status; select top 1 * from msdb.dbo.backupset;");

        assertThat(statements)
                .satisfiesExactly(
                        first -> assertThat(first).isInstanceOf(SqlCall.class),
                        second -> assertThat(second).isInstanceOf(SqlQuery.class));
    }
}
