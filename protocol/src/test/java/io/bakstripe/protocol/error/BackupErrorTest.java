package io.bakstripe.protocol.error;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BackupErrorTest {

    @Test
    void codesAreUnique() {
        assertThat(Arrays.stream(BackupError.values()).map(BackupError::code)).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @EnumSource
    void everyEntryIsFilledWithItsValuesAndHasAHintThatIsASentence(BackupError error) {
        Object[] values =
                IntStream.rangeClosed(1, 8).mapToObj(i -> "<" + i + ">").toArray();

        Problem problem = error.problem(values);

        assertThat(problem.detail()).isNotBlank().doesNotContain("%");
        assertThat(problem.hint()).isNotBlank().doesNotContain("%").matches("(?s).*(\\.|;|<\\d>)$");
        assertThat(problem.parameter()).isEmpty();
        assertThat(BackupError.ofCode(error.code())).isSameAs(error);
    }

    @Test
    void fillsTheMessageFirstAndThenTheHint() {
        Problem problem = BackupError.PARAMETER_UNKNOWN.problem("files", "rds_x", "a, b");

        assertThat(problem.detail()).isEqualTo("parameter files is not known to rds_x");
        assertThat(problem.hint()).isEqualTo("Check the spelling; the procedure takes: a, b.");
    }

    @Test
    void fillsAHintThatNumbersItsPlacesFromTheMessagesFirstValue() {
        assertThat(BackupError.DATABASE_UNKNOWN.problem("shop", "main").hint()).contains("/instances/main/databases");
        assertThat(BackupError.NAME_MALFORMED.problem("host", "X", "lower case").detail())
                .isEqualTo("'X' is not a valid host name");
    }

    @Test
    void keepsTheReferencesTexts() {
        assertThat(BackupError.FILE_EXISTS.problem("a.bak").detail())
                .isEqualTo("Please reissue task with correct type and overwrite property");
        assertThat(BackupError.S3_ARN_EMPTY.problem().detail()).isEqualTo("S3 ARN prefix cannot be empty");
        assertThat(BackupError.BUCKET_REGION.problem("a", "b").detail())
                .isEqualTo("Please specify a bucket that is in the same region as RDS instance");
        assertThat(BackupError.TOO_MANY_FILES.problem("12").detail())
                .isEqualTo("The Restore task is unable to restore from more than 10 backup file(s). Please reduce the"
                        + " number of files matched and try again.");
        assertThat(BackupError.DATABASE_EXISTS.problem("Shop").detail())
                .isEqualTo("Database 'Shop' already exists. Two databases that differ only by case or accent are not"
                        + " allowed. Choose a different database name.");
        assertThat(BackupError.BUCKET_UNKNOWN.problem("b").detail()).isEqualTo("The specified bucket does not exist");
        assertThat(BackupError.ACCESS_DENIED.problem("why").detail()).isEqualTo("Access Denied");
        assertThat(BackupError.OPTION_ABSENT.problem("main").detail())
                .isEqualTo("Database backup/restore option is not enabled yet or is in the process of being enabled."
                        + " Please try again later.");
        assertThat(BackupError.BACKUP_WINDOW.problem("03:00-03:30", "then").detail())
                .isEqualTo(
                        "Aborted the task because of a task failure or an overlap with your preferred backup window for"
                                + " RDS automated backup.");
    }

    @Test
    void refusesACodeThatDoesNotExist() {
        assertThatIllegalArgumentException().isThrownBy(() -> BackupError.ofCode("BAK-0"));
    }

    @Test
    void isFoundInsideOtherExceptions() {
        Problem problem = BackupError.TASK_UNKNOWN.problem(5, "main").on("task_id");

        assertThat(Problem.of(new CompletionException(problem.asException()))).isEqualTo(problem);
        assertThat(problem.parameter()).isEqualTo(Optional.of("task_id"));
        assertThat(Problem.of(new IllegalStateException("x")).error()).isEqualTo(BackupError.INTERNAL);
    }

    @Test
    void standsInTaskInfoWithTheNumberOfSqlServerWhereItHasOne() {
        assertThat(BackupError.ALREADY_RECOVERED.problem("shop").asTaskInfo())
                .isEqualTo(
                        "The database is already fully recovered. [BAK-2144, message 3153] Hint: Database 'shop' is ONLINE;"
                                + " there is nothing to do.");
    }

    @Test
    void standsInTaskInfoWithCodeAndHint() {
        assertThat(BackupError.ACCESS_DENIED.problem("Check the policy.").asTaskInfo())
                .isEqualTo("Access Denied [BAK-4002] Hint: Check the policy.");
    }
}
