package io.bakstripe.worker.store.aws;

import io.bakstripe.protocol.error.BakstripeException;
import io.bakstripe.protocol.error.Problem;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.RetryableException;

/** What a failed request says for itself, whichever service it was sent to: whether sending it again may help, and the service's own words. */
public final class AwsFailures {
    /** Error codes of 4xx answers after which the same request may well succeed: it was slow or damaged on its way. */
    private static final Set<String> PASSING_CODES = Set.of(
            "RequestTimeout", "BadDigest", "XAmzContentChecksumMismatch", "IncompleteBody", "SlowDown", "Throttling");

    private AwsFailures() {}

    /** Whether the failure may pass by itself. */
    public static boolean isTransient(Throwable failure) {
        if (isNothingDone(failure)) {
            return true;
        }
        if (ours(failure).isPresent()) {
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
    public static boolean isNothingDone(Throwable failure) {
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

    /** Whether the service failed, rather than refused. */
    public static boolean isServerFault(AwsServiceException answer) {
        int status = answer.statusCode();
        // Completion may take long: its status is sent first, 200, and what went wrong stands in the body.
        return (status >= 500 && status != 501) || status == 429 || status == 200;
    }

    /**
     * Another request that writes the key is not over yet. It may be an earlier one of ours whose answer was lost, so it says nothing about whose the
     * object will be; asked again, the store knows.
     */
    public static boolean isConflict(AwsServiceException answer) {
        return answer.statusCode() == 409;
    }

    /** How long the service wants to be left alone; zero when it does not say. Only seconds are understood, not dates. */
    public static Duration wishedPause(Throwable failure) {
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

    /** The service's answer, when it was the service that failed the request. */
    public static Optional<AwsServiceException> answer(Throwable failure) {
        return find(AwsServiceException.class, failure);
    }

    /** The error code in the answer's body; empty when there is none, as after HEAD. */
    public static String code(AwsServiceException answer) {
        if (answer.awsErrorDetails() == null || answer.awsErrorDetails().errorCode() == null) {
            return "";
        }
        return answer.awsErrorDetails().errorCode();
    }

    /** The value of a header of the answer. */
    public static Optional<String> header(AwsServiceException answer, String name) {
        if (answer.awsErrorDetails() == null || answer.awsErrorDetails().sdkHttpResponse() == null) {
            return Optional.empty();
        }
        return answer.awsErrorDetails().sdkHttpResponse().firstMatchingHeader(name);
    }

    /** The entry of the catalogue that the failure is already: one of our own, or that there were no keys to sign it with. */
    public static Optional<BakstripeException> known(Throwable failure) {
        return ours(failure)
                .or(() -> find(NothingDone.NoKeys.class, failure)
                        .map(NothingDone.NoKeys::problem)
                        .map(Problem::asException));
    }

    private static Optional<BakstripeException> ours(Throwable failure) {
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

    /** What the service said, with its status and code. */
    public static String text(AwsServiceException answer) {
        @Nullable String message = answer.awsErrorDetails() == null
                ? null
                : answer.awsErrorDetails().errorMessage();
        String said = message == null || message.isBlank() ? "no text" : message;
        String code = code(answer);
        return "HTTP " + answer.statusCode() + (code.isEmpty() ? "" : " " + code) + ": " + said;
    }

    /** What a failure says for itself: the answer's text, or that of its root. */
    public static String said(Throwable failure) {
        return answer(failure).map(AwsFailures::text).orElseGet(() -> rootText(failure));
    }

    /** Whether the SDK has found no credentials to sign with; it has no type of its own for that. */
    public static boolean isWithoutCredentials(Throwable failure) {
        return answer(failure).isEmpty()
                && rootText(failure).toLowerCase(Locale.ROOT).contains("unable to load credentials");
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
