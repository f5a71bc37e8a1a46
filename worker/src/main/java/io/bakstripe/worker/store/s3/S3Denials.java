package io.bakstripe.worker.store.s3;

import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.worker.store.aws.AwsFailures;
import java.util.Set;
import software.amazon.awssdk.awscore.exception.AwsServiceException;

/**
 * What is likely behind an "Access Denied" (row E1). The reference gives five causes: the wrong bucket, a bucket or a file that is not named by its ARN
 * (both are refused as {@code ARN_MALFORMED} before a store is asked), permissions of the file itself, and a policy that is wrong or incomplete. A
 * sixth is found here: credentials that the store does not know.
 */
final class S3Denials {
    private static final Set<String> CREDENTIALS = Set.of(
            "InvalidAccessKeyId",
            "SignatureDoesNotMatch",
            "InvalidToken",
            "InvalidClientTokenId",
            "ExpiredToken",
            "TokenRefreshRequired");

    private S3Denials() {}

    /** Whether the credentials themselves are refused, whatever the status: that of keys that have expired is 400. */
    static boolean ofCredentials(AwsServiceException answer) {
        return CREDENTIALS.contains(AwsFailures.code(answer));
    }

    /**
     * The hint for a request that was denied, from its own answer.
     *
     * @param subject what the request was about
     */
    static String hint(S3Operation operation, String subject, AwsServiceException answer) {
        String text = AwsFailures.text(answer);
        String code = AwsFailures.code(answer);
        if (ofCredentials(answer)) {
            return "The store does not accept the credentials: check access key and secret key. It said: " + text;
        }
        if (code.equals("RequestTimeTooSkewed")) {
            return "Set the clock of this node. The store said: " + text;
        }
        return switch (operation) {
            case HEAD_BUCKET -> wrongBucket(subject, text);
            case HEAD, READ ->
                "The policy must allow %s; a file made by another account needs permissions of its own. It was %s. The store said: %s"
                        .formatted(operation.permission(), subject, text);
            default -> policy(operation, subject, text);
        };
    }

    /** The bucket can neither be listed nor located: it is probably somebody else's. */
    static String wrongBucket(String bucket, String text) {
        return "Check that %s is the bucket you mean: nothing of it may be asked. If it is, the policy must allow %s and %s. The store said: %s"
                .formatted(bucket, S3Operation.LIST.permission(), S3Operation.LOCATE.permission(), text);
    }

    /** The bucket is the right one, but something that every backup and restore needs is not allowed. */
    static String policy(S3Operation operation, String subject, String text) {
        return "The policy is wrong or incomplete: it must allow %s. It was %s. The store said: %s"
                .formatted(operation.permission(), subject, text);
    }

    /** The listing shows the file, so it is the file itself that may not be read. */
    static String foreignFile(S3Arn file) {
        return "The file %s is there but may not be read: give it the right permissions if another account made it; otherwise the policy must allow s3:GetObject on it."
                .formatted(file);
    }

    /** The listing does not show the file, so its own permissions are not the cause. */
    static String noReading(S3Arn file) {
        return "The policy is wrong or incomplete: it must allow s3:GetObject on the file, which is asked for before it is made. It was %s."
                .formatted(file);
    }
}
