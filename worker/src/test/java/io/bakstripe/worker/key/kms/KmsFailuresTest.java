package io.bakstripe.worker.key.kms;

import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.name.KeyArn;
import java.io.IOException;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.kms.model.KmsException;

/** What answers of a key service mean, in the reference's words where it has some. */
class KmsFailuresTest {
    private static final KeyArn KEY = KeyArn.parse("arn:aws:kms:us-east-1:123456789012:key/1234");
    private static final String ROLE = "arn:aws:iam::123456789012:role/backups";

    private static Throwable answer(int status, String code, String message) {
        return new CompletionException(KmsException.builder()
                .statusCode(status)
                .awsErrorDetails(AwsErrorDetails.builder()
                        .errorCode(code)
                        .errorMessage(message)
                        .build())
                .build());
    }

    private static Problem problem(Throwable failure) {
        return KmsFailures.translate(KmsOperation.GENERATE, KEY, ROLE, failure).problem();
    }

    @Test
    void anAbsentKeyHasTheReferencesText() {
        Problem problem = problem(answer(400, "NotFoundException", "Key 'x' does not exist"));

        assertThat(problem.error()).isEqualTo(BackupError.KEY_UNKNOWN);
        assertThat(problem.detail()).isEqualTo("Key " + KEY + " does not exist");
    }

    @Test
    void aDenialHasTheReferencesTextWithWhatTheServiceSays() {
        Problem problem = problem(answer(
                400,
                "AccessDeniedException",
                "User: arn:aws:sts::123456789012:assumed-role/backups/bakstripe-prod-17 is not authorized to perform:"
                        + " kms:GenerateDataKey on resource: arn:aws:kms:us-east-1:123456789012:key/1234 because no"
                        + " identity-based policy allows the kms:GenerateDataKey action"));

        assertThat(problem.error()).isEqualTo(BackupError.KEY_DENIED);
        assertThat(problem.detail())
                .isEqualTo("User arn:aws:sts::123456789012:assumed-role/backups/bakstripe-prod-17 is not authorized to"
                        + " perform kms:GenerateDataKey on resource " + KEY);
        assertThat(problem.hint()).contains("because no identity-based policy");
    }

    @ParameterizedTest
    @ValueSource(strings = {"AccessDeniedException", "AccessDenied", ""})
    void aDenialWithoutWordsNamesWhatWasAsked(String code) {
        int status = code.equals("AccessDeniedException") ? 400 : 403;

        assertThat(problem(answer(status, code, "")).detail())
                .isEqualTo("User " + ROLE + " is not authorized to perform kms:GenerateDataKey on resource " + KEY);
    }

    @ParameterizedTest
    @CsvSource({
        "400, DisabledException, KEY_DISABLED",
        "400, KMSInvalidStateException, KEY_NOT_USABLE",
        "400, InvalidKeyUsageException, KEY_ASYMMETRIC",
        "400, InvalidCiphertextException, KEY_WRONG",
        "400, IncorrectKeyException, KEY_WRONG",
        "400, InvalidArnException, KEY_UNKNOWN",
        "400, UnrecognizedClientException, ACCESS_DENIED",
        "400, InvalidSignatureException, ACCESS_DENIED",
        "400, ExpiredTokenException, ACCESS_DENIED",
        "400, ThrottlingException, KEY_SERVICE_UNREACHABLE",
        "429, TooManyRequestsException, KEY_SERVICE_UNREACHABLE",
        "500, KMSInternalException, KEY_SERVICE_UNREACHABLE",
        "500, KeyUnavailableException, KEY_SERVICE_UNREACHABLE",
        "503, '', KEY_SERVICE_UNREACHABLE",
        "400, ValidationException, KEY_SERVICE_FAILED",
        "501, '', KEY_SERVICE_FAILED"
    })
    void everyOtherAnswerHasAnEntryOfItsOwn(int status, String code, BackupError error) {
        Problem problem = problem(answer(status, code, "said so"));

        assertThat(problem.error()).isEqualTo(error);
        assertThat(problem.detail() + problem.hint()).doesNotContain("null", "%s");
    }

    @Test
    void noAnswerIsAServiceThatIsDown() {
        assertThat(problem(SdkClientException.create("failed", new IOException("Connection refused")))
                        .error())
                .isEqualTo(BackupError.KEY_SERVICE_UNREACHABLE);
    }

    @Test
    void aNodeWithoutCredentialsIsToldSo() {
        Problem problem = problem(SdkClientException.create("Unable to load credentials from any of the providers"));

        assertThat(problem.error()).isEqualTo(BackupError.ACCESS_DENIED);
        assertThat(problem.hint()).contains("access-key");
    }

    @Test
    void whatIsInTheCatalogueAlreadyStaysAsItIs() {
        Problem own = BackupError.LEASE_OVER.problem("w1");

        assertThat(problem(new CompletionException(own.asException()))).isEqualTo(own);
    }
}
