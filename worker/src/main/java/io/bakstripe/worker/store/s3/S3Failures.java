package io.bakstripe.worker.store.s3;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.BakstripeException;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.worker.store.aws.AwsFailures;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;

/** Which entry of the catalogue a failed request to the store is. */
final class S3Failures {
    /** Of 400: a bucket elsewhere is the only reason that a HEAD, which has no body and so no code, has here. */
    private static final Set<String> REGION_CODES = Set.of("authorizationheadermalformed", "");

    /** As the message of AuthorizationHeaderMalformed has it, where no header names the region. */
    private static final Pattern REGION = Pattern.compile("expecting '([a-z0-9-]{1,64})'");

    private S3Failures() {}

    /** Where the bucket is, when the store refused because the request was signed for another region. */
    static Optional<String> regionElsewhere(AwsServiceException refusal) {
        int status = refusal.statusCode();
        boolean otherRegion = status == 301
                || status == 307
                || (status == 400
                        && REGION_CODES.contains(AwsFailures.code(refusal).toLowerCase(Locale.ROOT)));
        if (!otherRegion) {
            return Optional.empty();
        }
        return AwsFailures.header(refusal, "x-amz-bucket-region").or(() -> regionInMessage(refusal));
    }

    private static Optional<String> regionInMessage(AwsServiceException refusal) {
        AwsErrorDetails details = refusal.awsErrorDetails();
        if (details == null || details.errorMessage() == null) {
            return Optional.empty();
        }
        Matcher region = REGION.matcher(details.errorMessage());
        return region.find() ? Optional.of(region.group(1)) : Optional.empty();
    }

    /**
     * The failure as the SPI promises it.
     *
     * @param bucket of the request
     * @param subject what the request was about, for texts
     */
    static BakstripeException translate(S3Operation operation, String bucket, String subject, Throwable failure) {
        return AwsFailures.known(failure)
                .orElseGet(() -> problem(operation, bucket, subject, failure).asException(failure));
    }

    private static Problem problem(S3Operation operation, String bucket, String subject, Throwable failure) {
        Optional<AwsServiceException> answered = AwsFailures.answer(failure);
        if (answered.isEmpty()) {
            return AwsFailures.isWithoutCredentials(failure)
                    ? BackupError.ACCESS_DENIED.problem(
                            "No credentials were found: set access-key and secret-key, or give the node a role.")
                    : BackupError.STORE_UNREACHABLE.problem(AwsFailures.said(failure));
        }
        AwsServiceException answer = answered.get();
        boolean noBucket = AwsFailures.code(answer).equals("NoSuchBucket")
                || (operation == S3Operation.LOCATE && answer.statusCode() == 404);
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
        if (AwsFailures.isServerFault(answer) || AwsFailures.isConflict(answer) || answer.isThrottlingException()) {
            return BackupError.STORE_UNREACHABLE.problem(AwsFailures.text(answer));
        }
        if (answer.statusCode() == 403 || answer.statusCode() == 401 || S3Denials.ofCredentials(answer)) {
            return BackupError.ACCESS_DENIED.problem(S3Denials.hint(operation, subject, answer));
        }
        return BackupError.STORE_FAILED.problem(operation.requestName() + " of " + subject, AwsFailures.text(answer));
    }
}
