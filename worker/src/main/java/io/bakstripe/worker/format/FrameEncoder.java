package io.bakstripe.worker.format;

import io.bakstripe.protocol.name.BackupSetId;
import io.bakstripe.worker.engine.Piece;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** Makes the bytes of a backup file. Stateless and thread-safe; every result is a new array that belongs to the caller. */
public final class FrameEncoder {
    private final Codec codec;
    private final int zstdLevel;

    /**
     * @param codec for chunks and manifest pages; header and trailer are never compressed
     * @param zstdLevel of zstd, -7 to 22; not used by {@link Codec#NONE}
     */
    public FrameEncoder(Codec codec, int zstdLevel) {
        if (zstdLevel < -7 || zstdLevel > 22) {
            throw new IllegalArgumentException("zstd level must be from -7 to 22: " + zstdLevel);
        }
        this.codec = codec;
        this.zstdLevel = zstdLevel;
    }

    /** The first {@link Layout#PREAMBLE_BYTES} bytes of a file. */
    public static byte[] preamble(Preamble preamble) {
        return preamble.encode();
    }

    /** As {@link #preamble(Preamble)}, of a file whose mode has no cipher in its preamble. */
    public static byte[] preamble(Mode mode, BackupSetId setId, int family, int families) {
        return new Preamble(mode, setId, family, families).encode();
    }

    /** The HEADER frame, which follows the preamble. */
    public byte[] header(StripeHeader header) {
        return plain(FrameType.HEADER, StripeJson.encode(header));
    }

    /** A DATA frame that holds these pieces; they must fit into {@link FrameType#DATA}'s bound. */
    public byte[] chunk(List<Piece> pieces) {
        Chunk.Table table = Chunk.table(pieces);
        return ZstdContexts.pack(room -> {
            ByteBuffer plain = room.plain(table.length());
            table.write(plain);
            return packed(FrameType.DATA, room, plain);
        });
    }

    /** A MANIFEST frame that holds a page as {@link ManifestPage#encode} made it. */
    public byte[] manifest(byte[] page) {
        return ZstdContexts.pack(
                room -> packed(FrameType.MANIFEST, room, room.plain(page.length).put(page)));
    }

    /** A PADDING frame of exactly {@code bytes} bytes, header included; a multiple of 16, from 32 up to 16 MiB. */
    public static byte[] padding(int bytes) {
        if (bytes < Layout.FRAME_HEADER_BYTES || bytes % Layout.ALIGNMENT != 0) {
            throw new IllegalArgumentException("padding must be a multiple of 16 and at least 32: " + bytes);
        }
        return plain(FrameType.PADDING, new byte[bytes - Layout.FRAME_HEADER_BYTES]);
    }

    /** The TRAILER frame, which is followed by the footer. */
    public byte[] trailer(StripeTrailer trailer) {
        return plain(FrameType.TRAILER, Trailers.encode(trailer));
    }

    /** The last {@link Layout#FOOTER_BYTES} bytes of a file. */
    public static byte[] footer(
            Mode mode, BackupSetId setId, int family, int families, long trailerOffset, int trailerBytes) {
        return new Footer(mode, setId, family, families, trailerOffset, trailerBytes).encode();
    }

    /** As the other one, of any mode. */
    public static byte[] footer(Footer footer) {
        return footer.encode();
    }

    private static byte[] plain(FrameType type, byte[] payload) {
        return frame(type, Codec.NONE, ByteBuffer.wrap(payload), payload.length);
    }

    private byte[] packed(FrameType type, PackingRoom room, ByteBuffer plain) {
        int plainBytes = plain.flip().limit();
        ByteBuffer shorter = codec == Codec.ZSTD && plainBytes > 0 ? room.compress(zstdLevel, plain) : null;
        return shorter == null
                ? frame(type, Codec.NONE, plain, plainBytes)
                : frame(type, Codec.ZSTD, shorter, plainBytes);
    }

    private static byte[] frame(FrameType type, Codec codec, ByteBuffer stored, int plainBytes) {
        if (plainBytes > type.maxPayloadBytes()) {
            throw new IllegalArgumentException(type + " frame of " + plainBytes + " bytes is too large");
        }
        int storedBytes = stored.remaining();
        byte[] frame = new byte[Layout.FRAME_HEADER_BYTES + Layout.aligned(storedBytes)];
        stored.get(frame, Layout.FRAME_HEADER_BYTES, storedBytes);
        ByteBuffer header = ByteBuffer.wrap(frame).order(ByteOrder.LITTLE_ENDIAN);
        header.putInt(0, Frame.MAGIC)
                .put(Frame.TYPE_AT, (byte) type.number())
                .put(Frame.CODEC_AT, (byte) codec.number())
                .putInt(Frame.STORED_AT, storedBytes)
                .putInt(Frame.PLAIN_AT, plainBytes);
        header.putInt(Frame.CHECKSUM_AT, Frame.checksum(header));
        return frame;
    }
}
