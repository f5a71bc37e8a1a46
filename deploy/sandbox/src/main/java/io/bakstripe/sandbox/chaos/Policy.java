package io.bakstripe.sandbox.chaos;

import java.util.Set;

/**
 * What the credentials may do.
 *
 * @param documentedOnly whether everything is denied but {@link #DOCUMENTED}
 * @param denied permissions that are denied in any case
 */
record Policy(boolean documentedOnly, Set<String> denied) {
    /** The permissions that the documentation asks for; a backup and a restore must get by with these, plain ones without those of
     * the key service. */
    static final Set<String> DOCUMENTED = Set.of(
            "s3:ListBucket",
            "s3:GetBucketLocation",
            "s3:GetObject",
            "s3:PutObject",
            "s3:ListMultipartUploadParts",
            "s3:AbortMultipartUpload",
            "kms:DescribeKey",
            "kms:GenerateDataKey",
            "kms:Encrypt",
            "kms:Decrypt");

    /** What the role's trust policy allows. */
    static final String TRUST = "sts:AssumeRole";

    static final Policy OPEN = new Policy(false, Set.of());

    Policy {
        denied = Set.copyOf(denied);
    }

    boolean allows(Action action) {
        return action.permissions().stream().allMatch(this::allows);
    }

    boolean allows(String permission) {
        return !denied.contains(permission)
                && (!documentedOnly || DOCUMENTED.contains(permission) || TRUST.equals(permission));
    }

    /** Whether a missing object must look like a forbidden one: who may not list must not learn what is there. */
    boolean hidesAbsence() {
        return !allows("s3:ListBucket");
    }
}
