package io.bakstripe.worker.wal;

import io.bakstripe.protocol.name.Lsn;
import java.nio.ByteBuffer;

/**
 * A page of the log.
 *
 * @param bytes all of it, in little-endian order
 */
record LogPage(Lsn begin, ByteBuffer bytes) {
    static final int ADDRESS_AT = 8;

    private static final int INFO_AT = 2;
    private static final int TIMELINE_AT = 4;
    private static final int REST_AT = 16;
    private static final int WRITER_AT = 24;
    private static final int CONTINUES = 0x0001;
    private static final int OVERWRITES = 0x0008;
    private static final int KNOWN_FLAGS = 0x000F;

    int magic() {
        return Short.toUnsignedInt(bytes.getShort(0));
    }

    Lsn address() {
        return new Lsn(bytes.getLong(ADDRESS_AT));
    }

    int timeline() {
        return bytes.getInt(TIMELINE_AT);
    }

    /** System identifier of the server that wrote it, unsigned; only the first page of a segment has it. */
    long writer() {
        return bytes.getLong(WRITER_AT);
    }

    /** True when its first bytes belong to a record that began before. */
    boolean continues() {
        return (bytes.getShort(INFO_AT) & CONTINUES) != 0;
    }

    /** True when it stands in the place of the rest of a record that a crashed server never finished. */
    boolean overwrites() {
        return (bytes.getShort(INFO_AT) & OVERWRITES) != 0;
    }

    /** How many bytes of a record that began before are still to come, those on this page included. */
    long rest() {
        return Integer.toUnsignedLong(bytes.getInt(REST_AT));
    }

    /** False when its flags have a meaning that is not known. */
    boolean flagsKnown() {
        return (bytes.getShort(INFO_AT) & ~KNOWN_FLAGS) == 0;
    }

    boolean blank() {
        return bytes.getLong(0) == 0 && bytes.getLong(ADDRESS_AT) == 0 && bytes.getLong(REST_AT) == 0;
    }
}
