package io.bakstripe.worker.store;

/** Names of the user metadata that say which backup set an object belongs to; what decides whose an object is when an answer was lost. */
public final class SetMetadata {
    public static final String SET_ID = "bakstripe-set-id";
    /** The media family number, from 1. */
    public static final String FAMILY = "bakstripe-family";
    /** Stripes in the set. */
    public static final String FAMILIES = "bakstripe-families";

    public static final String ATTEMPT = "bakstripe-attempt";
    /** The version of the file format. */
    public static final String FORMAT = "bakstripe-format";

    /** The mode of encryption, where the file's own preamble can be read without a key; nothing is decided by it. */
    public static final String ENCRYPTION = "bakstripe-encryption";
    /** Id of the data key in that mode, as the key object beside the file names it. */
    public static final String DATA_KEY = "bakstripe-data-key";

    private SetMetadata() {}
}
