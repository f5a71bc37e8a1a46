package io.bakstripe.protocol.procedure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.BakstripeException;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.KeyArn;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.task.TaskType;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code rds_backup_log}, {@code rds_finish_restore} and {@code rds_drop_database}. */
class LogAndFinishRequestTest {
    private static final String ARN = "arn:aws:s3:::bucket/shop-1.trn";
    private static final String KEY = "arn:aws:kms:us-east-1:123456789012:key/AKIAIOSFODNN7EXAMPLE";

    private static Map<String, Object> log() {
        return new HashMap<>(Map.of("source_db_name", "shop", "s3_arn_to_backup_to", ARN));
    }

    @Test
    void backsUpALogToOneFile() {
        BackupRequest request = BackupRequest.ofLog(Procedure.RDS_BACKUP_LOG.bind(log()));

        assertThat(request)
                .isEqualTo(
                        new BackupRequest(new DatabaseName("shop"), BackupType.LOG, S3Arn.parse(ARN), false, 1, false));
        assertThat(request.taskType()).isEqualTo(TaskType.BACKUP_DB_LOG);
        assertThat(request.files()).containsExactly(S3Arn.parse(ARN));
    }

    @Test
    void aLogBackupNamesTheKeyThatEncryptsIt() {
        Map<String, Object> raw = log();
        raw.put("kms_master_key_arn", KEY);

        assertThat(BackupRequest.ofLog(Procedure.RDS_BACKUP_LOG.bind(raw)).key())
                .contains(KeyArn.parse(KEY));
    }

    @ParameterizedTest
    @CsvSource({
        "number_of_files, 2, PARAMETER_UNKNOWN",
        "type, LOG, PARAMETER_UNKNOWN",
        "continue_after_error, 1, PARAMETER_UNKNOWN",
        "overwrite_s3_backup_file, 2, PARAMETER_VALUE",
        "kms_master_key_arn, key, KEY_ARN_MALFORMED",
    })
    void blamesAFaultOfALogBackupOnItsParameter(String parameter, String value, BackupError error) {
        Map<String, Object> raw = log();
        raw.put(parameter, value);

        assertThatThrownBy(() -> BackupRequest.ofLog(Procedure.RDS_BACKUP_LOG.bind(raw)))
                .isInstanceOfSatisfying(BakstripeException.class, refused -> {
                    assertThat(refused.problem().error()).isEqualTo(error);
                    assertThat(refused.problem().parameter()).contains(parameter);
                });
    }

    @Test
    void finishesWithoutAFile() {
        FinishRequest request = FinishRequest.of(Procedure.RDS_FINISH_RESTORE.bind(Map.of("db_name", "copy")));

        assertThat(request.database()).isEqualTo(new DatabaseName("copy"));
        assertThat(request.taskType()).isEqualTo(TaskType.FINISH_RESTORE);
        assertThat(request.objectArn()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(names = {"RDS_FINISH_RESTORE", "RDS_DROP_DATABASE"})
    void finishAndDropTakeADatabaseAndNothingElse(Procedure procedure) {
        assertThat(procedure.parameters()).extracting(Parameter::name).containsExactly("db_name");
        assertThatThrownBy(() -> procedure.bind(Map.of())).hasMessageContaining("parameter db_name is required");
    }
}
