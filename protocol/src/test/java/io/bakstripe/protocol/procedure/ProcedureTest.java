package io.bakstripe.protocol.procedure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.BakstripeException;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.task.TaskType;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProcedureTest {
    private static final String KEY = "arn:aws:kms:us-east-1:123456789012:key/AKIAIOSFODNN7EXAMPLE";

    private static Map<String, Object> backup() {
        Map<String, Object> arguments = new HashMap<>();
        arguments.put("source_db_name", "shop");
        arguments.put("s3_arn_to_backup_to", "arn:aws:s3:::bucket/shop*.bak");
        return arguments;
    }

    private static BackupRequest read(Map<String, ? extends @Nullable Object> raw) {
        return BackupRequest.of(Procedure.RDS_BACKUP_DATABASE.bind(raw));
    }

    private static Problem refusalOf(Map<String, ? extends @Nullable Object> raw) {
        try {
            read(raw);
        } catch (BakstripeException refused) {
            return refused.problem();
        }
        throw new AssertionError("was not refused: " + raw);
    }

    @Test
    void isFoundInAnyCase() {
        assertThat(Procedure.ofName("RDS_Task_Status")).isEqualTo(Procedure.RDS_TASK_STATUS);
        assertThatThrownBy(() -> Procedure.ofName("rds_nothing")).hasMessageStartingWith("BAK-3006");
    }

    @ParameterizedTest
    @EnumSource
    void requiredParametersComeFirstAndAllAreDescribed(Procedure procedure) {
        boolean[] required = new boolean[procedure.parameters().size()];
        for (int i = 0; i < required.length; i++) {
            required[i] = procedure.parameters().get(i).required();
            assertThat(procedure.parameters().get(i).description()).isNotBlank();
            assertThat(procedure.parameters().get(i).accepts()).isNotBlank();
        }
        long count = procedure.parameters().stream().filter(Parameter::required).count();
        assertThat(Arrays.copyOf(required, (int) count)).doesNotContain(false);
    }

    @Test
    void fillsInTheReferencesDefaults() {
        assertThat(read(backup()))
                .isEqualTo(new BackupRequest(
                        new DatabaseName("shop"), S3Arn.parse("arn:aws:s3:::bucket/shop*.bak"), false, 1));
        assertThat(read(backup()).taskType()).isEqualTo(TaskType.BACKUP_DB);
    }

    static Stream<Arguments> spellingsOfOne() {
        return Stream.of(1, 1L, "1", BigDecimal.ONE, new BigDecimal("1.0"), true)
                .map(Arguments::of);
    }

    @ParameterizedTest
    @MethodSource("spellingsOfOne")
    void readsABitInEverySpelling(Object one) {
        Map<String, Object> raw = backup();
        raw.put("overwrite_s3_backup_file", one);

        assertThat(read(raw).overwrite()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"FULL, BACKUP_DB", "full, BACKUP_DB", "Differential, BACKUP_DB_DIFFERENTIAL"})
    void readsTheTypeInAnyCase(String type, TaskType task) {
        Map<String, Object> raw = backup();
        raw.put("type", type);

        assertThat(read(raw).taskType()).isEqualTo(task);
    }

    @Test
    void goesOnAfterErrorsOnlyWhenAsked() {
        Map<String, Object> raw = backup();
        assertThat(read(raw).continueAfterError()).isFalse();

        raw.put("continue_after_error", 1);

        assertThat(read(raw).continueAfterError()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "10, 10", "04, 4"})
    void readsTheNumberOfFiles(String text, int count) {
        Map<String, Object> raw = backup();
        raw.put("NUMBER_OF_FILES", text);

        assertThat(read(raw).numberOfFiles()).isEqualTo(count);
    }

    static Stream<Arguments> faults() {
        return Stream.of(
                arguments("number_of_files", 0, BackupError.PARAMETER_VALUE),
                arguments("number_of_files", 11, BackupError.PARAMETER_VALUE),
                arguments("number_of_files", "1e1", BackupError.PARAMETER_TYPE),
                arguments("number_of_files", new BigDecimal("2.5"), BackupError.PARAMETER_TYPE),
                arguments("number_of_files", new BigDecimal("1e999999999"), BackupError.PARAMETER_TYPE),
                arguments("number_of_files", "", BackupError.PARAMETER_TYPE),
                arguments("overwrite_s3_backup_file", 2, BackupError.PARAMETER_VALUE),
                arguments("continue_after_error", 2, BackupError.PARAMETER_VALUE),
                arguments("overwrite_s3_backup_file", "true", BackupError.PARAMETER_TYPE),
                arguments("type", "LOG", BackupError.PARAMETER_VALUE),
                arguments("type", "nonsense", BackupError.PARAMETER_VALUE),
                arguments("kms_master_key_arn", "key", BackupError.KEY_ARN_MALFORMED),
                arguments("source_db_name", " ", BackupError.PARAMETER_EMPTY),
                arguments("source_db_name", 1, BackupError.PARAMETER_TYPE),
                arguments("source_db_name", "a ", BackupError.NAME_MALFORMED),
                arguments("s3_arn_to_backup_to", "", BackupError.PARAMETER_EMPTY),
                arguments("s3_arn_to_backup_to", "x", BackupError.ARN_MALFORMED),
                arguments("unheard_of", 1, BackupError.PARAMETER_UNKNOWN));
    }

    @ParameterizedTest
    @MethodSource("faults")
    void blamesAFaultOnItsParameter(String parameter, Object value, BackupError error) {
        Map<String, Object> raw = backup();
        raw.put(parameter, value);

        Problem problem = refusalOf(raw);

        assertThat(problem.error()).isEqualTo(error);
        assertThat(problem.parameter()).isEqualTo(Optional.of(parameter));
    }

    @ParameterizedTest
    @ValueSource(strings = {"source_db_name", "s3_arn_to_backup_to"})
    void asksForRequiredParametersAlsoWhenTheyAreNull(String parameter) {
        Map<String, @Nullable Object> withNull = new HashMap<>(backup());
        withNull.put(parameter, null);
        Map<String, Object> without = backup();
        without.remove(parameter);

        assertThat(refusalOf(withNull).error()).isEqualTo(BackupError.PARAMETER_MISSING);
        assertThat(refusalOf(without).parameter()).contains(parameter);
    }

    @Test
    void refusesAParameterTwiceInTwoSpellings() {
        Map<String, Object> raw = backup();
        raw.put("TYPE", "FULL");
        raw.put("type", "FULL");

        assertThat(refusalOf(raw).error()).isEqualTo(BackupError.PARAMETER_TWICE);
    }

    @ParameterizedTest
    @CsvSource({
        "shop.bak, 2, 0",
        "s*h*op.bak, 2, 2",
        "folder*/shop.bak, 2, 0",
        "folder*/shop*.bak, 10, 1",
    })
    void asksForExactlyOneAsteriskInTheFileNameOfSeveralFiles(String key, int files, String found) {
        Map<String, Object> raw = backup();
        raw.put("s3_arn_to_backup_to", "arn:aws:s3:::bucket/" + key);
        raw.put("number_of_files", files);

        Problem problem = refusalOf(raw);

        assertThat(problem.error()).isEqualTo(BackupError.ASTERISK_RULE);
        assertThat(problem.parameter()).contains("s3_arn_to_backup_to");
        assertThat(problem.detail()).contains("found " + found);
    }

    @Test
    void namesTheFilesAsTheReferenceDoes() {
        Map<String, Object> raw = backup();
        raw.put("s3_arn_to_backup_to", "arn:aws:s3:::bucket/folder/backup*.bak");
        raw.put("number_of_files", 4);

        assertThat(read(raw).files())
                .extracting(S3Arn::key)
                .containsExactly(
                        "folder/backup1-of-4.bak",
                        "folder/backup2-of-4.bak",
                        "folder/backup3-of-4.bak",
                        "folder/backup4-of-4.bak");
    }

    @ParameterizedTest
    @ValueSource(strings = {"backup*.bak", "b*a*c*.bak", "f*/b.bak", "plain.bak"})
    void keepsAsterisksInTheNameOfASingleFile(String key) {
        Map<String, Object> raw = backup();
        raw.put("s3_arn_to_backup_to", "arn:aws:s3:::bucket/" + key);
        raw.put("number_of_files", 1);

        assertThat(read(raw).files()).extracting(S3Arn::key).containsExactly(key);
    }
}
