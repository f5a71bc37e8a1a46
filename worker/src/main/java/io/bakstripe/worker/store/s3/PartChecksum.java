package io.bakstripe.worker.store.s3;

import java.util.Arrays;

/** The checksum that goes with every part, so that the store refuses a part that was damaged on its way. */
public enum PartChecksum {
    CRC32C("crc32c"),
    /** Content-MD5: for stores that know no other checksums. */
    MD5("md5"),
    /** None: damage on the way stays unseen until the file is read. */
    UNSAFE_NONE("unsafe-none");

    private final String configName;

    PartChecksum(String configName) {
        this.configName = configName;
    }

    static PartChecksum ofName(String name) {
        return Arrays.stream(values())
                .filter(checksum -> checksum.configName.equalsIgnoreCase(name))
                .findFirst()
                .orElseThrow(() ->
                        new IllegalArgumentException("store.checksum must be crc32c, md5 or unsafe-none, not " + name));
    }
}
