package io.bakstripe.worker.store.s3;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.BakstripeException;
import io.bakstripe.protocol.error.Problem;
import java.io.IOException;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.RetryableException;

/** What a failed request means: whether sending it again may help, and which entry of the catalogue it is. */
final class S3Failures {
    /** Error codes of 4xx answers after which the same request may well succeed: it was slow or damaged on its way. */
    private static final Set<String> PASSING_CODES = Set.of(
            "RequestTimeout", "BadDigest", "XAmzContentChecksumMismatch", "IncompleteBody", "SlowDown", "Throttling");

    private S3Failures() {}

    /** Whether the failure may pass by itself. */
    static boolean isTransient(Throwable failure) {
        Optional<AwsServiceException> answer = answer(failure);
        if (answer.isPresent()) {
            return isTransient(answer.get());
        }
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof IOException
                    || cause instanceof TimeoutException
                    || cause instanceof RetryableException
                    || cause instanceof ApiCallTimeoutException
                    || cause instanceof ApiCallAttemptTimeoutException) {
                return true;
            }
        }
        return false;
    }

    private static boolean isTransient(AwsServiceException answer) {
        int status = answer.statusCode();
        return isServerFault(answer)
                || status == 408
                || answer.isThrottlingException()
                || PASSING_CODES.contains(code(answer));
    }

    private static boolean isServerFault(AwsServiceException answer) {
        int status = answer.statusCode();
        // Completion may take long: its status is sent first, 200, and what went wrong stands in the body.
        return (status >= 500 && status != 501) || status == 429 || status == 200;
    }

    private static boolean onBucket(S3Operation operation) {
        return operation == S3Operation.LOCATE || operation == S3Operation.HEAD_BUCKET;
    }

    /** The store's answer, when it was the store that failed the request. */
    static Optional<AwsServiceException> answer(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof AwsServiceException answer) {
                return Optional.of(answer);
            }
        }
        return Optional.empty();
    }

    /** The error code in the answer's body; empty when there is none, as after HEAD. */
    static String code(AwsServiceException answer) {
        if (answer.awsErrorDetails() == null || answer.awsErrorDetails().errorCode() == null) {
            return "";
        }
        return answer.awsErrorDetails().errorCode();
    }

    /** The value of a header of the answer. */
    static Optional<String> header(AwsServiceException answer, String name) {
        if (answer.awsErrorDetails() == null || answer.awsErrorDetails().sdkHttpResponse() == null) {
            return Optional.empty();
        }
        return answer.awsErrorDetails().sdkHttpResponse().firstMatchingHeader(name);
    }

    /**
     * The failure as the SPI promises it.
     *
     * @param bucket of the request
     * @param subject what the request was about, for texts
     */
    static BakstripeException translate(S3Operation operation, String bucket, String subject, Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof BakstripeException known) {
                return known;
            }
        }
        return problem(operation, bucket, subject, failure).asException(failure);
    }

    private static Problem problem(S3Operation operation, String bucket, String subject, Throwable failure) {
        Optional<AwsServiceException> answered = answer(failure);
        if (answered.isEmpty()) {
            String text = rootText(failure);
            // The SDK has no type of its own for an empty credentials chain.
            return text.toLowerCase(Locale.ROOT).contains("unable to load credentials")
                    ? BackupError.ACCESS_DENIED.problem(
                            "No credentials were found: set access-key and secret-key, or give the node a role.")
                    : BackupError.STORE_UNREACHABLE.problem(text);
        }
        AwsServiceException answer = answered.get();
        boolean noBucket =
                code(answer).equals("NoSuchBucket") || (operation == S3Operation.LOCATE && answer.statusCode() == 404);
        if (noBucket) {
            return BackupError.BUCKET_UNKNOWN.problem(bucket);
        }
        if (isServerFault(answer) || answer.isThrottlingException()) {
            return BackupError.STORE_UNREACHABLE.problem(text(answer));
        }
        if (answer.statusCode() == 403 || answer.statusCode() == 401) {
            return BackupError.ACCESS_DENIED.problem(deniedHint(operation, subject, answer));
        }
        return BackupError.STORE_FAILED.problem(operation.requestName() + " of " + subject, text(answer));
    }

    private static String deniedHint(S3Operation operation, String subject, AwsServiceException answer) {
        String text = text(answer);
        return switch (code(answer)) {
            case "InvalidAccessKeyId",
                    "SignatureDoesNotMatch",
                    "InvalidToken",
                    "ExpiredToken",
                    "TokenRefreshRequired" ->
                "The store does not accept the credentials: check access key and secret key. It said: " + text;
            case "RequestTimeTooSkewed" -> "Set the clock of this node. The store said: " + text;
            default ->
                switch (operation) {
                    case HEAD_BUCKET, LOCATE ->
                        "Check that %s is the bucket you mean, and that the policy allows %s. The store said: %s"
                                .formatted(subject, operation.permission(), text);
                    case HEAD, READ ->
                        "The policy must allow %s; a file made by another account needs permissions of its own. It was %s. The store said: %s"
                                .formatted(operation.permission(), subject, text);
                    default ->
                        "The policy is wrong or incomplete: it must allow %s. It was %s. The store said: %s"
                                .formatted(operation.permission(), subject, text);
                };
        };
    }

    private static String text(AwsServiceException answer) {
        @Nullable String message = answer.awsErrorDetails() == null
                ? null
                : answer.awsErrorDetails().errorMessage();
        String said = message == null || message.isBlank() ? "no text" : message;
        String code = code(answer);
        return "HTTP " + answer.statusCode() + (code.isEmpty() ? "" : " " + code) + ": " + said;
    }

    private static String rootText(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        @Nullable String message = root.getMessage();
        return message == null
                ? root.getClass().getSimpleName()
                : root.getClass().getSimpleName() + ": " + message;
    }
}
