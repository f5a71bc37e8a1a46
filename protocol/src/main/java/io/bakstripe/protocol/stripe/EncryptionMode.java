package io.bakstripe.protocol.stripe;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** How files are encrypted before they leave a node (row L15); {@code docs/format.md}, part 5. Files that are not encrypted have no mode. */
public enum EncryptionMode {
    /** AES-256-CBC over the whole file, with the metadata of the Amazon S3 encryption client. It hides, but does not authenticate. */
    ENCRYPTION_ONLY,
    /** A streaming AEAD over each part, which finds every change. */
    AUTHENTICATED;

    /** As callers, the configuration and answers write it: {@code encryption-only}, {@code authenticated}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The mode of this word, in any case; empty for another word. */
    public static Optional<EncryptionMode> ofWord(String word) {
        return Arrays.stream(values())
                .filter(mode -> mode.word().equals(word.toLowerCase(Locale.ROOT)))
                .findFirst();
    }
}
