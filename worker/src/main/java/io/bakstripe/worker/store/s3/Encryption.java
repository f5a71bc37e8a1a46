package io.bakstripe.worker.store.s3;

import java.util.Arrays;

/** The server-side encryption that uploads ask for (row S5). */
public enum Encryption {
    /** SSE-S3: keys of the store's own. */
    AES256("AES256"),
    /** Nothing is asked for: for stores that refuse the header. */
    NONE("none"),
    /** SSE-KMS: a key of the store's key service. */
    AWS_KMS("aws:kms");

    private final String configName;

    Encryption(String configName) {
        this.configName = configName;
    }

    static Encryption ofName(String name) {
        return Arrays.stream(values())
                .filter(encryption -> encryption.configName.equalsIgnoreCase(name))
                .findFirst()
                .orElseThrow(
                        () -> new IllegalArgumentException("store.sse must be AES256, none or aws:kms, not " + name));
    }
}
