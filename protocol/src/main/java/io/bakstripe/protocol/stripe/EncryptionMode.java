package io.bakstripe.protocol.stripe;

/** How files are encrypted before they leave a node (row L15); {@code docs/format.md}, part 5. Files that are not encrypted have no mode. */
public enum EncryptionMode {
    /** AES-256-CBC over the whole file, with the metadata of the Amazon S3 encryption client. It hides, but does not authenticate. */
    ENCRYPTION_ONLY,
    /** A streaming AEAD over each part, which finds every change. */
    AUTHENTICATED
}
