package io.bakstripe.worker.format;

import io.bakstripe.protocol.name.BackupSetId;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** What preamble and footer have in common: magic, version, mode, whose stripe it is, and a checksum over the 60 bytes before it. */
final class Ends {
    private static final int MAGIC_BYTES = 8;
    private static final int MAX_FAMILIES = 0xFFFF;

    private Ends() {}

    /** 64 bytes with the common fields set, positioned behind them. */
    static ByteBuffer begin(String magic, Mode mode, BackupSetId setId, int family, int families) {
        if (family < 1 || family > families || families > MAX_FAMILIES) {
            throw new IllegalArgumentException("no family " + family + " of " + families);
        }
        ByteBuffer buffer = ByteBuffer.allocate(Layout.PREAMBLE_BYTES);
        buffer.put(magic.getBytes(StandardCharsets.US_ASCII));
        buffer.order(ByteOrder.LITTLE_ENDIAN);
        buffer.putShort((short) Layout.VERSION).put((byte) mode.code()).put((byte) 0);
        buffer.putShort((short) family).putShort((short) families);
        buffer.order(ByteOrder.BIG_ENDIAN);
        buffer.putLong(setId.value().getMostSignificantBits())
                .putLong(setId.value().getLeastSignificantBits());
        return buffer.order(ByteOrder.LITTLE_ENDIAN);
    }

    static byte[] seal(ByteBuffer buffer) {
        buffer.putInt(Layout.CHECKSUM_AT, checksum(buffer.array()));
        return buffer.array();
    }

    /**
     * Checks the 64 bytes at {@code bytes}' position.
     *
     * @return the common fields, or null when the magic is not there at all
     */
    static @Nullable Common read(Place place, String magic, ByteBuffer bytes) {
        byte[] copy = new byte[Layout.PREAMBLE_BYTES];
        bytes.duplicate().get(copy);
        ByteBuffer buffer = ByteBuffer.wrap(copy).order(ByteOrder.LITTLE_ENDIAN);
        byte[] expected = magic.getBytes(StandardCharsets.US_ASCII);
        boolean magicIntact = Arrays.equals(copy, 0, MAGIC_BYTES, expected, 0, MAGIC_BYTES);
        // With the right magic in its place the checksum tells a damaged magic from a file that never had one.
        System.arraycopy(expected, 0, copy, 0, MAGIC_BYTES);
        boolean sumIntact = buffer.getInt(Layout.CHECKSUM_AT) == checksum(copy);
        if (!magicIntact && !sumIntact) {
            return null;
        }
        if (!magicIntact || !sumIntact) {
            throw place.damaged("the checksum of the " + place.part() + " is wrong");
        }
        int version = Short.toUnsignedInt(buffer.getShort(8));
        if (version != Layout.VERSION) {
            throw place.newer(version);
        }
        int code = Byte.toUnsignedInt(buffer.get(10));
        Mode mode = Mode.of(code).orElseThrow(() -> place.encrypted(code));
        int family = Short.toUnsignedInt(buffer.getShort(12));
        int families = Short.toUnsignedInt(buffer.getShort(14));
        if (family < 1 || family > families) {
            throw place.damaged("it is family " + family + " of " + families);
        }
        return new Common(mode, new BackupSetId(uuid(copy, 16)), family, families, buffer);
    }

    /** A UUID in the order in which its text is read. */
    static UUID uuid(byte[] bytes, int at) {
        ByteBuffer id = ByteBuffer.wrap(bytes, at, 16);
        return new UUID(id.getLong(), id.getLong());
    }

    private static int checksum(byte[] bytes) {
        CRC32C sum = new CRC32C();
        sum.update(bytes, 0, Layout.CHECKSUM_AT);
        return (int) sum.getValue();
    }

    /** @param bytes all 64, little-endian */
    record Common(Mode mode, BackupSetId setId, int family, int families, ByteBuffer bytes) {}
}
