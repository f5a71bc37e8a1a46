package io.bakstripe.worker.wal;

import io.bakstripe.protocol.name.Lsn;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashSet;
import java.util.Set;
import java.util.zip.CRC32C;

/**
 * A whole record of the log.
 *
 * @param end where the next record begins, or would, were no page header in between
 * @param magic of the page on which the record begins: says which version wrote it
 * @param content the record as it is, header included, without the headers of the pages that it crosses
 */
@SuppressWarnings("ArrayRecordComponent") // Compared by nobody, and copied too often otherwise.
public record LogRecord(RecordHead head, Lsn end, int magic, byte[] content) {
    /** What pages bear that PostgreSQL 15 wrote; later versions have greater numbers. */
    public static final int FIRST_MAGIC_OF_15 = 0xD110;

    private static final int LAST_BLOCK = 32;
    private static final int TRANSACTION = 252;
    private static final int ORIGIN = 253;
    private static final int LONG_DATA = 254;
    private static final int SHORT_DATA = 255;

    private static final int BLOCK_HAS_IMAGE = 0x10;
    private static final int BLOCK_OF_SAME_RELATION = 0x80;
    private static final int IMAGE_HAS_HOLE = 0x01;
    private static final int IMAGE_COMPRESSED_BEFORE_15 = 0x02;
    private static final int IMAGE_COMPRESSED = 0x1C;

    /** The checksum that a record with this content has. */
    public int checksum() {
        CRC32C checksum = new CRC32C();
        checksum.update(content, RecordHead.BYTES, content.length - RecordHead.BYTES);
        checksum.update(content, 0, RecordHead.CHECKSUM_AT);
        return (int) checksum.getValue();
    }

    /**
     * Where the record's main data, which its resource manager defines, begin in {@link #content}; they reach to its end. {@link
     * IllegalStateException} when its parts do not add up, which a record with the right checksum never shows.
     */
    public int mainDataAt() {
        return mainDataAt(new HashSet<>());
    }

    /** Whose blocks the record changes, as far as its descriptions of blocks tell. */
    public Set<DatabasePlace> touched() {
        Set<DatabasePlace> places = new HashSet<>();
        mainDataAt(places);
        return places;
    }

    private int mainDataAt(Set<DatabasePlace> touched) {
        ByteBuffer bytes =
                ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN).position(RecordHead.BYTES);
        long behind = 0;
        long main = 0;
        while (bytes.remaining() > behind) {
            int id = Byte.toUnsignedInt(bytes.get());
            if (id == SHORT_DATA || id == LONG_DATA) {
                main = id == SHORT_DATA ? Byte.toUnsignedInt(bytes.get()) : Integer.toUnsignedLong(bytes.getInt());
                behind += main;
                break;
            }
            switch (id) {
                case ORIGIN -> bytes.getShort();
                case TRANSACTION -> bytes.getInt();
                default -> behind += block(id, bytes, touched);
            }
        }
        if (bytes.remaining() != behind) {
            throw broken();
        }
        return content.length - (int) main;
    }

    /** A copy of the main data. */
    public byte[] mainData() {
        int at = mainDataAt();
        byte[] data = new byte[content.length - at];
        System.arraycopy(content, at, data, 0, data.length);
        return data;
    }

    /** Passes over the description of a block; gives how many bytes of image and data follow for it behind all descriptions. */
    private long block(int id, ByteBuffer bytes, Set<DatabasePlace> touched) {
        if (id > LAST_BLOCK) {
            throw broken();
        }
        int flags = bytes.get();
        long behind = Short.toUnsignedLong(bytes.getShort());
        if ((flags & BLOCK_HAS_IMAGE) != 0) {
            behind += Short.toUnsignedLong(bytes.getShort());
            bytes.getShort();
            int image = bytes.get();
            int compressed = magic >= FIRST_MAGIC_OF_15 ? IMAGE_COMPRESSED : IMAGE_COMPRESSED_BEFORE_15;
            if ((image & compressed) != 0 && (image & IMAGE_HAS_HOLE) != 0) {
                bytes.getShort();
            }
        }
        if ((flags & BLOCK_OF_SAME_RELATION) == 0) {
            touched.add(
                    new DatabasePlace(Integer.toUnsignedLong(bytes.getInt()), Integer.toUnsignedLong(bytes.getInt())));
            bytes.getInt();
        }
        bytes.getInt();
        return behind;
    }

    private IllegalStateException broken() {
        return new IllegalStateException("the parts of the log record at " + head.begin() + " do not add up");
    }
}
