package io.bakstripe.worker.store.s3;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.BakstripeException;
import io.bakstripe.protocol.error.Problem;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.RetryableException;

/** What a failed request means: whether sending it again may help, and which entry of the catalogue it is. */
final class S3Failures {
    /** Error codes of 4xx answers after which the same request may well succeed: it was slow or damaged on its way. */
    private static final Set<String> PASSING_CODES = Set.of(
            "RequestTimeout", "BadDigest", "XAmzContentChecksumMismatch", "IncompleteBody", "SlowDown", "Throttling");

    /** Of 400: a bucket elsewhere is the only reason that a HEAD, which has no body and so no code, has here. */
    private static final Set<String> REGION_CODES = Set.of("authorizationheadermalformed", "");

    /** As the message of AuthorizationHeaderMalformed has it, where no header names the region. */
    private static final Pattern REGION = Pattern.compile("expecting '([a-z0-9-]{1,64})'");

    private S3Failures() {}

    /** Whether the failure may pass by itself. */
    static boolean isTransient(Throwable failure) {
        if (isNothingDone(failure)) {
            return true;
        }
        if (known(failure).isPresent()) {
            // Said by our own scope: nothing was sent, and nothing is to be.
            return false;
        }
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

    /** Whether the request certainly was not carried out, for a reason that may pass by itself. */
    static boolean isNothingDone(Throwable failure) {
        return find(NothingDone.class, failure).isPresent();
    }

    private static boolean isTransient(AwsServiceException answer) {
        int status = answer.statusCode();
        return isServerFault(answer)
                || isConflict(answer)
                || status == 408
                || answer.isThrottlingException()
                || PASSING_CODES.contains(code(answer));
    }

    private static boolean isServerFault(AwsServiceException answer) {
        int status = answer.statusCode();
        // Completion may take long: its status is sent first, 200, and what went wrong stands in the body.
        return (status >= 500 && status != 501) || status == 429 || status == 200;
    }

    /**
     * Another request that writes the key is not over yet. It may be an earlier one of ours whose answer was lost, so it says nothing about whose the
     * object will be; asked again, the store knows.
     */
    private static boolean isConflict(AwsServiceException answer) {
        return answer.statusCode() == 409;
    }

    /** How long the store wants to be left alone; zero when it does not say. Only seconds are understood, not dates. */
    static Duration wishedPause(Throwable failure) {
        Optional<NothingDone.NoKeys> noKeys = find(NothingDone.NoKeys.class, failure);
        if (noKeys.isPresent()) {
            return noKeys.get().wishedPause();
        }
        return answer(failure)
                .flatMap(answer -> header(answer, "Retry-After"))
                .filter(seconds -> seconds.matches("\\d{1,9}"))
                .map(seconds -> Duration.ofSeconds(Long.parseLong(seconds)))
                .orElse(Duration.ZERO);
    }

    /** Where the bucket is, when the store refused because the request was signed for another region. */
    static Optional<String> regionElsewhere(AwsServiceException refusal) {
        int status = refusal.statusCode();
        boolean otherRegion = status == 301
                || status == 307
                || (status == 400 && REGION_CODES.contains(code(refusal).toLowerCase(Locale.ROOT)));
        if (!otherRegion) {
            return Optional.empty();
        }
        return header(refusal, "x-amz-bucket-region").or(() -> regionInMessage(refusal));
    }

    private static Optional<String> regionInMessage(AwsServiceException refusal) {
        AwsErrorDetails details = refusal.awsErrorDetails();
        if (details == null || details.errorMessage() == null) {
            return Optional.empty();
        }
        Matcher region = REGION.matcher(details.errorMessage());
        return region.find() ? Optional.of(region.group(1)) : Optional.empty();
    }

    /** The store's answer, when it was the store that failed the request. */
    static Optional<AwsServiceException> answer(Throwable failure) {
        return find(AwsServiceException.class, failure);
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
        return known(failure)
                .or(() -> find(NothingDone.NoKeys.class, failure)
                        .map(NothingDone.NoKeys::problem)
                        .map(Problem::asException))
                .orElseGet(() -> problem(operation, bucket, subject, failure).asException(failure));
    }

    private static Optional<BakstripeException> known(Throwable failure) {
        return find(BakstripeException.class, failure);
    }

    private static <T extends Throwable> Optional<T> find(Class<T> type, Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (type.isInstance(cause)) {
                return Optional.of(type.cast(cause));
            }
        }
        return Optional.empty();
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
        Optional<String> elsewhere = regionElsewhere(answer);
        if (elsewhere.isPresent()) {
            return BackupError.BUCKET_REGION
                    .problem(elsewhere.get(), "another one")
                    .withHint("The bucket is in %s, but requests are signed for another region: set store.region."
                            .formatted(elsewhere.get()));
        }
        if (isServerFault(answer) || isConflict(answer) || answer.isThrottlingException()) {
            return BackupError.STORE_UNREACHABLE.problem(text(answer));
        }
        if (answer.statusCode() == 403 || answer.statusCode() == 401 || S3Denials.ofCredentials(answer)) {
            return BackupError.ACCESS_DENIED.problem(S3Denials.hint(operation, subject, answer));
        }
        return BackupError.STORE_FAILED.problem(operation.requestName() + " of " + subject, text(answer));
    }

    /** What the store said, with its status and code. */
    static String text(AwsServiceException answer) {
        @Nullable String message = answer.awsErrorDetails() == null
                ? null
                : answer.awsErrorDetails().errorMessage();
        String said = message == null || message.isBlank() ? "no text" : message;
        String code = code(answer);
        return "HTTP " + answer.statusCode() + (code.isEmpty() ? "" : " " + code) + ": " + said;
    }

    /** What a failure says for itself: the answer's text, or that of its root. */
    static String said(Throwable failure) {
        return answer(failure).map(S3Failures::text).orElseGet(() -> rootText(failure));
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
