package io.bakstripe.worker.key.kms;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.BakstripeException;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.name.KeyArn;
import io.bakstripe.worker.store.aws.AwsFailures;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.awssdk.awscore.exception.AwsServiceException;

/** Which entry of the catalogue a failed request to the key service is. */
final class KmsFailures {
    /** Refusals of the credentials themselves, before any key is looked at. */
    private static final Set<String> OF_CREDENTIALS = Set.of(
            "UnrecognizedClientException",
            "InvalidClientTokenId",
            "InvalidSignatureException",
            "SignatureDoesNotMatch",
            "IncompleteSignature",
            "IncompleteSignatureException",
            "MissingAuthenticationToken",
            "MissingAuthenticationTokenException",
            "ExpiredToken",
            "ExpiredTokenException");

    private static final Pattern DENIAL =
            Pattern.compile("User: (\\S+) is not authorized to perform: (\\S+) on resource: (\\S+)");

    private KmsFailures() {}

    /**
     * The failure as {@code KeyService} promises it.
     *
     * @param user whose rights were used, for a denial that does not say it
     */
    static BakstripeException translate(KmsOperation operation, KeyArn key, String user, Throwable failure) {
        return AwsFailures.known(failure)
                .orElseGet(() -> problem(operation, key, user, failure).asException(failure));
    }

    private static Problem problem(KmsOperation operation, KeyArn key, String user, Throwable failure) {
        if (AwsFailures.isWithoutCredentials(failure)) {
            return BackupError.ACCESS_DENIED.problem(
                    "No credentials for the key service were found: set access-key and secret-key, or give the node a role.");
        }
        return AwsFailures.answer(failure)
                .filter(answer -> !AwsFailures.isTransient(failure))
                .map(answer -> refusal(operation, key, user, answer))
                .orElseGet(() -> BackupError.KEY_SERVICE_UNREACHABLE.problem(AwsFailures.said(failure)));
    }

    private static Problem refusal(KmsOperation operation, KeyArn key, String user, AwsServiceException answer) {
        String code = AwsFailures.code(answer);
        String text = AwsFailures.text(answer);
        if (OF_CREDENTIALS.contains(code)) {
            return BackupError.ACCESS_DENIED.problem(
                    "The key service does not accept the credentials: check access-key and secret-key. It said: "
                            + text);
        }
        return switch (code) {
            case "NotFoundException", "InvalidArnException" -> BackupError.KEY_UNKNOWN.problem(key);
            case "DisabledException" -> BackupError.KEY_DISABLED.problem(key);
            case "KMSInvalidStateException" -> BackupError.KEY_NOT_USABLE.problem(key, text);
            case "InvalidKeyUsageException" ->
                BackupError.KEY_ASYMMETRIC
                        .problem(key, "", "")
                        .withHint(
                                "Name a key with the key spec SYMMETRIC_DEFAULT and the usage ENCRYPT_DECRYPT. The key service said: "
                                        + text);
            case "InvalidCiphertextException", "IncorrectKeyException" -> BackupError.KEY_WRONG.problem(key);
            case "AccessDeniedException" -> denial(operation, key, user, text);
            default ->
                answer.statusCode() == 403 || answer.statusCode() == 401
                        ? denial(operation, key, user, text)
                        : BackupError.KEY_SERVICE_FAILED.problem(operation.requestName() + " with key " + key, text);
        };
    }

    /** The text of row E4; the service's own words are a hint, because they name more than that. */
    private static Problem denial(KmsOperation operation, KeyArn key, String user, String text) {
        Matcher said = DENIAL.matcher(text);
        return said.find()
                ? BackupError.KEY_DENIED.problem(said.group(1), said.group(2), said.group(3), text)
                : BackupError.KEY_DENIED.problem(user, operation.permission(), key, text);
    }
}
