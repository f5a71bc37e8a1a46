package io.bakstripe.api.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.BakstripeException;
import io.bakstripe.protocol.procedure.Procedure;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SqlTextTest {

    private static SqlCall call(String text) {
        return (SqlCall) SqlText.parse(text).get(0);
    }

    private static Map<String, @Nullable Object> argumentsOf(String text) {
        SqlCall call = call(text);
        return call.arguments(call.procedure());
    }

    private static BackupError errorOf(Runnable call) {
        try {
            call.run();
        } catch (BakstripeException refused) {
            return refused.problem().error();
        }
        throw new AssertionError("was not refused");
    }

    /** The forms of the reference's examples for the procedures that exist, one by one. */
    @Nested
    class TheReferencesExamples {
        private static final String ARN = "arn:aws:s3:::mybucket/";
        private static final String KEY = "arn:aws:kms:us-east-1:123456789012:key/AKIAIOSFODNN7EXAMPLE";

        static Stream<Arguments> examples() {
            return Stream.of(
                    arguments(
                            """
                            exec msdb.dbo.rds_backup_database\s
                            @source_db_name='mydatabase',\s
                            @s3_arn_to_backup_to='arn:aws:s3:::mybucket/backup1.bak',
                            @overwrite_s3_backup_file=1,
                            @type='DIFFERENTIAL';""",
                            Map.of(
                                    "source_db_name",
                                    "mydatabase",
                                    "s3_arn_to_backup_to",
                                    ARN + "backup1.bak",
                                    "overwrite_s3_backup_file",
                                    BigDecimal.ONE,
                                    "type",
                                    "DIFFERENTIAL")),
                    arguments(
                            """
                            exec msdb.dbo.rds_backup_database\s
                            @source_db_name='mydatabase',
                            @s3_arn_to_backup_to='arn:aws:s3:::mybucket/backup1.bak',
                            @kms_master_key_arn='arn:aws:kms:us-east-1:123456789012:key/AKIAIOSFODNN7EXAMPLE',
                            @overwrite_s3_backup_file=1,
                            @type='FULL';""",
                            Map.of(
                                    "source_db_name",
                                    "mydatabase",
                                    "s3_arn_to_backup_to",
                                    ARN + "backup1.bak",
                                    "kms_master_key_arn",
                                    KEY,
                                    "overwrite_s3_backup_file",
                                    BigDecimal.ONE,
                                    "type",
                                    "FULL")),
                    arguments(
                            """
                            exec msdb.dbo.rds_backup_database\s
                            @source_db_name='mydatabase',
                            @s3_arn_to_backup_to='arn:aws:s3:::mybucket/backup*.bak',
                            @number_of_files=4;""",
                            Map.of(
                                    "source_db_name",
                                    "mydatabase",
                                    "s3_arn_to_backup_to",
                                    ARN + "backup*.bak",
                                    "number_of_files",
                                    BigDecimal.valueOf(4))),
                    arguments(
                            """
                            exec msdb.dbo.rds_backup_database\s
                            @source_db_name='mydatabase',
                            @s3_arn_to_backup_to='arn:aws:s3:::mybucket/backup*.bak',
                            @type='DIFFERENTIAL',
                            @number_of_files=4;""",
                            Map.of(
                                    "source_db_name",
                                    "mydatabase",
                                    "s3_arn_to_backup_to",
                                    ARN + "backup*.bak",
                                    "type",
                                    "DIFFERENTIAL",
                                    "number_of_files",
                                    BigDecimal.valueOf(4))),
                    arguments(
                            """
                            exec msdb.dbo.rds_backup_database\s
                            @source_db_name='mydatabase',
                            @s3_arn_to_backup_to='arn:aws:s3:::mybucket/backup*.bak',
                            @kms_master_key_arn='arn:aws:kms:us-east-1:123456789012:key/AKIAIOSFODNN7EXAMPLE',
                            @number_of_files=4;""",
                            Map.of(
                                    "source_db_name",
                                    "mydatabase",
                                    "s3_arn_to_backup_to",
                                    ARN + "backup*.bak",
                                    "kms_master_key_arn",
                                    KEY,
                                    "number_of_files",
                                    BigDecimal.valueOf(4))),
                    arguments(
                            """
                            exec msdb.dbo.rds_backup_database\s
                            @source_db_name='mydatabase',
                            @s3_arn_to_backup_to='arn:aws:s3:::mybucket/backup*.bak',
                            @overwrite_s3_backup_file=1,
                            @number_of_files=4;""",
                            Map.of(
                                    "source_db_name",
                                    "mydatabase",
                                    "s3_arn_to_backup_to",
                                    ARN + "backup*.bak",
                                    "overwrite_s3_backup_file",
                                    BigDecimal.ONE,
                                    "number_of_files",
                                    BigDecimal.valueOf(4))),
                    arguments(
                            """
                            exec msdb.dbo.rds_backup_database\s
                            @source_db_name='mydatabase',
                            @s3_arn_to_backup_to='arn:aws:s3:::mybucket/backup*.bak',
                            @number_of_files=1;""",
                            Map.of(
                                    "source_db_name",
                                    "mydatabase",
                                    "s3_arn_to_backup_to",
                                    ARN + "backup*.bak",
                                    "number_of_files",
                                    BigDecimal.ONE)),
                    arguments(
                            """
                            exec msdb.dbo.rds_restore_database
                            @restore_db_name='mydatabase',
                            @s3_arn_to_restore_from='arn:aws:s3:::mybucket/backup1.bak';""",
                            Map.of("restore_db_name", "mydatabase", "s3_arn_to_restore_from", ARN + "backup1.bak")),
                    arguments("""
                            exec msdb.dbo.rds_restore_database
                            @restore_db_name='mydatabase',
                            @s3_arn_to_restore_from='arn:aws:s3:::mybucket/backup*';""", Map.of("restore_db_name", "mydatabase", "s3_arn_to_restore_from", ARN + "backup*")),
                    arguments(
                            "exec msdb.dbo.rds_restore_database \t\n@restore_db_name='mydatabase', \n"
                                    + "@s3_arn_to_restore_from='arn:aws:s3:::mybucket/backup1.bak',\n@type='FULL',\n"
                                    + "@with_norecovery=0;",
                            Map.of(
                                    "restore_db_name",
                                    "mydatabase",
                                    "s3_arn_to_restore_from",
                                    ARN + "backup1.bak",
                                    "type",
                                    "FULL",
                                    "with_norecovery",
                                    BigDecimal.ZERO)),
                    arguments(
                            """
                            exec msdb.dbo.rds_restore_database\s
                            @restore_db_name='mydatabase',\s
                            @s3_arn_to_restore_from='arn:aws:s3:::mybucket/backup1.bak',
                            @kms_master_key_arn='arn:aws:kms:us-east-1:123456789012:key/AKIAIOSFODNN7EXAMPLE';""",
                            Map.of(
                                    "restore_db_name",
                                    "mydatabase",
                                    "s3_arn_to_restore_from",
                                    ARN + "backup1.bak",
                                    "kms_master_key_arn",
                                    KEY)),
                    arguments(
                            """
                            exec msdb.dbo.rds_restore_database\s
                            @restore_db_name='mydatabase',\s
                            @s3_arn_to_restore_from='arn:aws:s3:::mybucket/backup1.bak',
                            @type='DIFFERENTIAL',
                            @with_norecovery=1;""",
                            Map.of(
                                    "restore_db_name",
                                    "mydatabase",
                                    "s3_arn_to_restore_from",
                                    ARN + "backup1.bak",
                                    "type",
                                    "DIFFERENTIAL",
                                    "with_norecovery",
                                    BigDecimal.ONE)),
                    arguments("exec msdb.dbo.rds_task_status @task_id=5;", Map.of("task_id", BigDecimal.valueOf(5))),
                    arguments(
                            "exec msdb.dbo.rds_task_status\n@db_name='my_database',\n@task_id=5;",
                            Map.of("db_name", "my_database", "task_id", BigDecimal.valueOf(5))),
                    arguments(
                            "exec msdb.dbo.rds_task_status @db_name='my_database';", Map.of("db_name", "my_database")),
                    arguments("exec msdb.dbo.rds_task_status;", Map.of()),
                    arguments(
                            "exec rdsadmin..rds_set_configuration 'S3 backup compression', 'true';",
                            Map.of("name", "S3 backup compression", "value", "true")),
                    arguments(
                            "exec rdsadmin..rds_set_configuration 'S3 backup compression', 'false';",
                            Map.of("name", "S3 backup compression", "value", "false")),
                    arguments(
                            "exec rdsadmin.dbo.rds_show_configuration 'S3 backup compression'",
                            Map.of("name", "S3 backup compression")));
        }

        @ParameterizedTest
        @MethodSource("examples")
        void areRead(String text, Map<String, Object> expected) {
            assertThat(argumentsOf(text)).isEqualTo(expected);
        }

        @Test
        void refusesTheOneWithTheBracketsOfTheUsageNotation() {
            String text = """
                    exec msdb.dbo.rds_restore_database
                    @restore_db_name='mydatabase',
                    @s3_arn_to_restore_from='arn:aws:s3:::mybucket/backup1.bak',
                    [@type='DIFFERENTIAL|FULL'];""";

            assertThat(errorOf(() -> SqlText.parse(text))).isEqualTo(BackupError.SQL_MALFORMED);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "exec rds_task_status @task_id=5",
                "EXECUTE MSDB.DBO.RDS_TASK_STATUS @TASK_ID = 5",
                "eXeC [msdb].[dbo].[rds_task_status] @Task_Id=5",
                "exec \"msdb\".\"dbo\".\"rds_task_status\" @task_id=5",
                "exec rdsadmin..rds_task_status @task_id=5",
                "exec dbo.rds_task_status @task_id=5",
                "exec msdb . dbo . rds_task_status @task_id=+5",
                "-- why\nexec msdb.dbo.rds_task_status -- which\n@task_id=5 -- end",
                "/* why */ exec msdb.dbo.rds_task_status /* which */ @task_id=5;",
                "exec msdb.dbo.rds_task_status NULL, 5",
                "exec msdb.dbo.rds_task_status NULL, @task_id=5",
            })
    void readsEverySpellingOfTheSameCall(String text) {
        SqlCall call = call(text);

        assertThat(call.procedure()).isEqualTo(Procedure.RDS_TASK_STATUS);
        assertThat(call.procedure().bind(call.arguments(call.procedure())).values())
                .isEqualTo(Map.of("task_id", 5L));
    }

    @ParameterizedTest
    @MethodSource("literals")
    void readsLiterals(String literal, @Nullable Object value) {
        Map<String, @Nullable Object> expected = new HashMap<>();
        expected.put("db_name", value);

        assertThat(argumentsOf("exec rds_task_status @db_name=" + literal)).isEqualTo(expected);
    }

    static Stream<Arguments> literals() {
        return Stream.of(
                arguments("'it''s'", "it's"),
                arguments("''''''", "''"),
                arguments("''", ""),
                arguments("N'Größe 数据库 😀'", "Größe 数据库 😀"),
                arguments("n'x'", "x"),
                arguments("'a;b -- c /* d */'", "a;b -- c /* d */"),
                arguments("'back\\'", "back\\"),
                arguments("'line\nbreak'", "line\nbreak"),
                arguments("'@x=1, ${y} :z ?'", "@x=1, ${y} :z ?"),
                arguments("null", null),
                arguments("-7", BigDecimal.valueOf(-7)),
                arguments("1.5", new BigDecimal("1.5")),
                arguments("99999999999999999999", new BigDecimal("99999999999999999999")));
    }

    @Test
    void readsSeveralStatementsInOrder() {
        List<SqlStatement> calls = SqlText.parse("exec rds_task_status;;\nexec rds_show_configuration;");

        assertThat(calls)
                .extracting(statement -> ((SqlCall) statement).procedure())
                .containsExactly(Procedure.RDS_TASK_STATUS, Procedure.RDS_SHOW_CONFIGURATION);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "   ",
                ";",
                "-- only a comment",
                "select 1",
                "select * from shop.dbo.orders",
                "begin",
                "begin transact; exec rds_task_status; commit",
                "begin tran exec rds_task_status; save tran here",
                "if @@trancount > 0 begin tran",
                "if @@trancount ~ 0 commit",
                "exec rds_task_status commit.",
                "drop database shop",
                "use msdb; exec rds_task_status",
                "garbage",
                "exec",
                "exec rds_task_status @task_id=",
                "exec rds_task_status @task_id 5",
                "exec rds_task_status @task_id=5,",
                "exec rds_task_status 'a' 'b'",
                "exec rds_task_status @db_name='unclosed",
                "exec rds_task_status /* unclosed",
                "exec rds_task_status('x')",
                "call rds_task_status('x')",
                "exec ('select 1')",
                "exec @rc = msdb.dbo.rds_task_status",
                "exec rds_task_status @db_name=shop",
                "exec rds_task_status @db_name=\"shop\"",
                "exec rds_task_status @db_name=@other",
                "exec rds_task_status @db_name=(select 1)",
                "exec rds_task_status @db_name='a' + 'b'",
                "exec rds_task_status @db_name=getdate()",
                "exec rds_task_status @db_name=E'a'",
                "exec rds_task_status @task_id=~5",
                "exec rds_task_status @@task_id=5",
                "exec rds_task_status @db_name='a', 5",
                "exec rds_task_status @task_id=5 output",
                "exec rds_task_status\nexec rds_task_status",
                "exec server.msdb.dbo.rds_task_status",
                "\uFEFFexec rds_task_status",
            })
    void refusesWhatIsNoCall(String text) {
        assertThat(errorOf(() -> SqlText.parse(text))).isEqualTo(BackupError.SQL_MALFORMED);
    }

    @Test
    void refusesMoreValuesThanTheProcedureTakes() {
        assertThat(errorOf(() -> argumentsOf("exec rds_show_configuration 'a', 'b'")))
                .isEqualTo(BackupError.SQL_MALFORMED);
    }

    @Test
    void namesThePositionOfWhatItCannotRead() {
        assertThatThrownBy(() -> SqlText.parse("exec rds_task_status\n  @task_id 5"))
                .hasMessageContaining("'5'")
                .hasMessageContaining("line 2, column 12");
        assertThatThrownBy(() -> SqlText.parse("exec rds_task_status 'open")).hasMessageContaining("line 1");
    }

    @Test
    void survivesTextThatIsMadeToExhaustTheParser() {
        assertThat(errorOf(() -> SqlText.parse("exec x " + "(".repeat(20_000) + "1")))
                .isEqualTo(BackupError.SQL_MALFORMED);
        assertThat(errorOf(() -> SqlText.parse("exec x @a=" + "(".repeat(40) + "1" + ")".repeat(40))))
                .isEqualTo(BackupError.SQL_MALFORMED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "exec master.dbo.rds_task_status",
                "exec shop..rds_task_status",
                "exec msdb.other.rds_task_status",
                "exec msdb.dbo.rds_unheard_of",
                "exec xp_cmdshell 'dir'",
            })
    void knowsNoProcedureElsewhere(String text) {
        assertThat(errorOf(() -> call(text).procedure())).isEqualTo(BackupError.PROCEDURE_UNKNOWN);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "exec rds_task_status @task_id=5, @task_id=6",
                "exec rds_task_status @task_id=5, @TASK_ID=6",
                "exec rds_task_status 'shop', @db_name='shop'",
            })
    void refusesAParameterGivenTwice(String text) {
        assertThat(errorOf(() -> argumentsOf(text))).isEqualTo(BackupError.PARAMETER_TWICE);
    }
}
