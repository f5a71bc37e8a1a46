package io.bakstripe.worker.format;

/** The fixed sizes, numbers and bounds of version 1 of the backup file; {@code docs/format.md} is their specification. */
public final class Layout {
    /** The version that this program writes, and the newest that it reads. */
    public static final int VERSION = 1;

    /** Bytes of the preamble at the beginning of a file. */
    public static final int PREAMBLE_BYTES = 64;

    /** Bytes of the footer at the end of a file. */
    public static final int FOOTER_BYTES = 64;

    /** Bytes of a frame's header. */
    public static final int FRAME_HEADER_BYTES = 32;

    /** Every frame is a multiple of this many bytes. */
    public static final int ALIGNMENT = 16;

    /** The least bytes of a part that is not the last one: the object store's rule. */
    public static final int MIN_PART_BYTES = 5 << 20;

    /** The most parts of a file: the object store's rule. */
    public static final int MAX_PARTS = 10_000;

    /** Bytes of a sealed segment of the authenticated mode: the suite's header, where it is the first one, sealed bytes and tag. */
    public static final int SEALED_SEGMENT_BYTES = 1 << 20;

    /** Bytes that a part of the authenticated mode is sealed behind: length, salt, nonce prefix. */
    public static final int SEAL_HEADER_BYTES = 40;

    /** Bytes at the end of each sealed segment that tell whether it is genuine. */
    public static final int SEAL_TAG_BYTES = 16;

    /** The most bytes that a file of the database may have: 16 TiB. */
    static final long MAX_FILE_BYTES = 1L << 44;

    /** Where the checksum of a preamble or footer stands; it covers all bytes before it. */
    static final int CHECKSUM_AT = 60;

    private Layout() {}

    /** {@code bytes} rounded up to the alignment. */
    static int aligned(int bytes) {
        return Math.addExact(bytes, ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }
}
