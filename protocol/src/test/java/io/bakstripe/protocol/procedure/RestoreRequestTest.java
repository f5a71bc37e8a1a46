package io.bakstripe.protocol.procedure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.BakstripeException;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.KeyArn;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.task.TaskType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RestoreRequestTest {
    private static final String KEY = "arn:aws:kms:us-east-1:123456789012:key/AKIAIOSFODNN7EXAMPLE";
    private static final DatabaseName COPY = new DatabaseName("copy");
    private static final S3Arn ARN = S3Arn.parse("arn:aws:s3:::bucket/b*");

    private static Map<String, Object> raw(Object... more) {
        Map<String, Object> raw =
                new HashMap<>(Map.of("restore_db_name", "copy", "s3_arn_to_restore_from", ARN.toString()));
        for (int i = 0; i < more.length; i += 2) {
            raw.put((String) more[i], more[i + 1]);
        }
        return raw;
    }

    private static RestoreRequest database(Object... more) {
        return RestoreRequest.of(Procedure.RDS_RESTORE_DATABASE.bind(raw(more)));
    }

    private static RestoreRequest log(Object... more) {
        return RestoreRequest.ofLog(Procedure.RDS_RESTORE_LOG.bind(raw(more)));
    }

    private static void assertRefused(Runnable call, BackupError error, String parameter) {
        assertThatThrownBy(call::run).isInstanceOfSatisfying(BakstripeException.class, refused -> {
            assertThat(refused.problem().error()).isEqualTo(error);
            assertThat(refused.problem().parameter()).contains(parameter);
        });
    }

    @Nested
    class OfADatabase {
        @Test
        void opensByDefaultWhenFull() {
            assertThat(database()).isEqualTo(new RestoreRequest(COPY, ARN));
            assertThat(database().taskType()).isEqualTo(TaskType.RESTORE_DB);
            assertThat(database().opens()).isTrue();
            assertThat(database().objectArn()).contains(ARN);
        }

        @ParameterizedTest
        @CsvSource({
            "FULL, 0, RECOVERY, RESTORE_DB",
            "FULL, 1, NORECOVERY, RESTORE_DB_NORECOVERY",
            "DIFFERENTIAL, 0, RECOVERY, RESTORE_DB_DIFFERENTIAL",
            "differential, 1, NORECOVERY, RESTORE_DB_DIFFERENTIAL_NORECOVERY",
        })
        void isOpenAfterwardsOrStaysRestoring(String type, int norecovery, Recovery recovery, TaskType task) {
            RestoreRequest request = database("type", type, "with_norecovery", norecovery);

            assertThat(request.recovery()).isEqualTo(recovery);
            assertThat(request.taskType()).isEqualTo(task);
            assertThat(request.opens()).isEqualTo(norecovery == 0);
            assertThat(request.stopAt()).isEmpty();
        }

        @Test
        void mustSayWhatBecomesOfTheDatabaseWhenDifferential() {
            assertRefused(() -> database("type", "DIFFERENTIAL"), BackupError.PARAMETER_MISSING, "with_norecovery");
            assertThat(database("type", "DIFFERENTIAL", "with_standby", 1).recovery())
                    .isEqualTo(Recovery.STANDBY);
        }

        @Test
        void replacesADatabaseOnlyWhenItIsFullAndOpens() {
            assertThat(database().replaces()).isFalse();
            assertThat(database("replace_existing", 1).replaces()).isTrue();
            assertThat(database("replace_existing", 1, "type", "FULL", "with_norecovery", 0)
                            .replaces())
                    .isTrue();
            for (Object[] other :
                    List.of(new Object[] {"with_norecovery", 1}, new Object[] {"with_standby", 1}, new Object[] {
                        "type", "DIFFERENTIAL", "with_norecovery", 0
                    })) {
                Object[] all = Stream.concat(Stream.of("replace_existing", 1), Stream.of(other))
                        .toArray();
                assertRefused(() -> database(all), BackupError.REPLACE_NEEDS_FULL, "replace_existing");
            }
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new RestoreRequest(
                            COPY, BackupType.FULL, ARN, Recovery.NORECOVERY, Optional.empty(), true));
        }

        @Test
        void takesNoPointInTime() {
            assertRefused(() -> database("stopat", "2026-03-01"), BackupError.PARAMETER_UNKNOWN, "stopat");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new RestoreRequest(
                            COPY, BackupType.FULL, ARN, Recovery.RECOVERY, Optional.of(new StopAt("2026-03-01"))));
        }

        @Test
        void isNeverOfALog() {
            assertRefused(() -> database("type", "LOG"), BackupError.PARAMETER_VALUE, "type");
        }
    }

    @Nested
    class OfALog {
        @Test
        void staysRestoringByDefault() {
            assertThat(log())
                    .isEqualTo(new RestoreRequest(COPY, BackupType.LOG, ARN, Recovery.NORECOVERY, Optional.empty()));
            assertThat(log().taskType()).isEqualTo(TaskType.RESTORE_DB_LOG_NORECOVERY);
        }

        @Test
        void opensTheDatabaseAtAPointInTime() {
            RestoreRequest request = log("with_norecovery", 0, "stopat", "2019-12-01 03:57:09");

            assertThat(request.taskType()).isEqualTo(TaskType.RESTORE_DB_LOG);
            assertThat(request.stopAt()).contains(new StopAt("2019-12-01 03:57:09"));
        }

        @Test
        void takesNoType() {
            assertRefused(() -> log("type", "LOG"), BackupError.PARAMETER_UNKNOWN, "type");
        }

        @ParameterizedTest
        @CsvSource({
            "stopat, nonsense, STOPAT_MALFORMED",
            "stopat, ' ', PARAMETER_EMPTY",
            "with_norecovery, 2, PARAMETER_VALUE",
            "s3_arn_to_restore_from, '', S3_ARN_EMPTY",
        })
        void blamesAFaultOnItsParameter(String parameter, String value, BackupError error) {
            assertRefused(() -> log(parameter, value), error, parameter);
        }

        @Test
        void takesThePointInTimeAsTextOnly() {
            assertRefused(() -> log("stopat", 20260301), BackupError.PARAMETER_TYPE, "stopat");
        }
    }

    @Test
    void standsByBetweenSteps() {
        assertThat(database("with_standby", 1).recovery()).isEqualTo(Recovery.STANDBY);
        assertThat(database("with_standby", 1).taskType()).isEqualTo(TaskType.RESTORE_DB_NORECOVERY);
        assertThat(log("with_standby", 1, "with_norecovery", 1).recovery()).isEqualTo(Recovery.STANDBY);
        assertThat(log("with_standby", 0).recovery()).isEqualTo(Recovery.NORECOVERY);
    }

    @Test
    void doesNotStandByAndOpenAtOnce() {
        assertRefused(
                () -> database("with_standby", 1, "with_norecovery", 0),
                BackupError.STANDBY_AND_RECOVERY,
                "with_standby");
        assertRefused(
                () -> log("with_standby", 1, "with_norecovery", 0), BackupError.STANDBY_AND_RECOVERY, "with_standby");
    }

    @Test
    void namesTheKeyThatFilesWereEncryptedWith() {
        assertThat(database("kms_master_key_arn", KEY).key()).contains(KeyArn.parse(KEY));
        assertThat(log("kms_master_key_arn", KEY).key()).contains(KeyArn.parse(KEY));
        assertThat(log().key()).isEmpty();
    }
}
