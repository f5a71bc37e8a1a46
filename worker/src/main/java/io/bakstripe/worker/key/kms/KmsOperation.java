package io.bakstripe.worker.key.kms;

import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;

/** The requests that are made: exactly the actions of row S2. */
public enum KmsOperation {
    DESCRIBE("DescribeKey"),
    GENERATE("GenerateDataKey"),
    UNWRAP("Decrypt"),
    WRAP("Encrypt");

    private final String requestName;

    KmsOperation(String requestName) {
        this.requestName = requestName;
    }

    /** As the documentation of KMS calls it. */
    String requestName() {
        return requestName;
    }

    /** What a policy must allow on the key. */
    public String permission() {
        return "kms:" + requestName;
    }

    /** What policies must allow on keys, all together. */
    public static Set<String> permissions() {
        return Arrays.stream(values()).map(KmsOperation::permission).collect(Collectors.toUnmodifiableSet());
    }
}
