package io.bakstripe.api.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.bakstripe.protocol.procedure.Procedure;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The forms of the reference's examples for restoring step by step, one by one, and of our own log backup. */
class SqlOfChainsTest {
    private static final String LOG = "arn:aws:s3:::mybucket/mylog.trn";

    static Stream<Arguments> examples() {
        return Stream.of(
                arguments(
                        "exec msdb.dbo.rds_restore_log\n@restore_db_name='mydatabase',\n"
                                + "@s3_arn_to_restore_from='arn:aws:s3:::mybucket/mylog.trn';",
                        Procedure.RDS_RESTORE_LOG,
                        Map.of("restore_db_name", "mydatabase", "s3_arn_to_restore_from", LOG)),
                arguments(
                        "exec msdb.dbo.rds_restore_log\n@restore_db_name='mydatabase',\n"
                                + "@s3_arn_to_restore_from='arn:aws:s3:::mybucket/mylog.trn',\n"
                                + "@kms_master_key_arn='arn:aws:kms:us-east-1:123456789012:key/AKIAIOSFODNN7EXAMPLE';",
                        Procedure.RDS_RESTORE_LOG,
                        Map.of(
                                "restore_db_name",
                                "mydatabase",
                                "s3_arn_to_restore_from",
                                LOG,
                                "kms_master_key_arn",
                                "arn:aws:kms:us-east-1:123456789012:key/AKIAIOSFODNN7EXAMPLE")),
                arguments(
                        "exec msdb.dbo.rds_restore_log\n@restore_db_name='mydatabase',\n"
                                + "@s3_arn_to_restore_from='arn:aws:s3:::mybucket/mylog.trn',\n@with_norecovery=1;",
                        Procedure.RDS_RESTORE_LOG,
                        Map.of(
                                "restore_db_name",
                                "mydatabase",
                                "s3_arn_to_restore_from",
                                LOG,
                                "with_norecovery",
                                BigDecimal.ONE)),
                arguments(
                        "exec msdb.dbo.rds_restore_log\n@restore_db_name='mydatabase',\n"
                                + "@s3_arn_to_restore_from='arn:aws:s3:::mybucket/mylog.trn',\n@with_norecovery=0,\n"
                                + "@stopat='2019-12-01 03:57:09';",
                        Procedure.RDS_RESTORE_LOG,
                        Map.of(
                                "restore_db_name",
                                "mydatabase",
                                "s3_arn_to_restore_from",
                                LOG,
                                "with_norecovery",
                                BigDecimal.ZERO,
                                "stopat",
                                "2019-12-01 03:57:09")),
                arguments(
                        "exec rds_restore_log 'mydatabase', 'arn:aws:s3:::mybucket/mylog.trn', null, 0, '20191201 03:57:09'",
                        Procedure.RDS_RESTORE_LOG,
                        Map.of(
                                "restore_db_name",
                                "mydatabase",
                                "s3_arn_to_restore_from",
                                LOG,
                                "with_norecovery",
                                BigDecimal.ZERO,
                                "stopat",
                                "20191201 03:57:09")),
                arguments(
                        "exec msdb.dbo.rds_finish_restore @db_name='database_name';",
                        Procedure.RDS_FINISH_RESTORE,
                        Map.of("db_name", "database_name")),
                arguments(
                        "exec msdb.dbo.rds_drop_database @db_name='database_name';",
                        Procedure.RDS_DROP_DATABASE,
                        Map.of("db_name", "database_name")),
                arguments(
                        "exec msdb.dbo.rds_backup_log @source_db_name='mydatabase',"
                                + " @s3_arn_to_backup_to='arn:aws:s3:::mybucket/mylog.trn';",
                        Procedure.RDS_BACKUP_LOG,
                        Map.of("source_db_name", "mydatabase", "s3_arn_to_backup_to", LOG)));
    }

    @ParameterizedTest
    @MethodSource("examples")
    void areRead(String text, Procedure procedure, Map<String, Object> expected) {
        SqlCall call = (SqlCall) SqlText.parse(text).get(0);

        assertThat(call.procedure()).isEqualTo(procedure);
        Map<String, Object> given = new HashMap<>();
        call.arguments(procedure).forEach((name, value) -> {
            if (value != null) {
                given.put(name, value);
            }
        });
        assertThat(given).isEqualTo(expected);
        procedure.bind(call.arguments(procedure));
    }
}
