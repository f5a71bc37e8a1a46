package io.bakstripe.worker.format;

import io.bakstripe.protocol.name.BackupSetId;
import io.bakstripe.worker.engine.Piece;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
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
    public static byte[] preamble(BackupSetId setId, int family, int families) {
        return new Preamble(setId, family, families).encode();
    }

    /** The HEADER frame, which follows the preamble. */
    public byte[] header(StripeHeader header) {
        return plain(FrameType.HEADER, StripeJson.encode(header));
    }

    /** A DATA frame that holds these pieces; they must fit into {@link FrameType#DATA}'s bound. */
    public byte[] chunk(List<Piece> pieces) {
        return packed(FrameType.DATA, Chunk.encode(pieces, Layout.FRAME_HEADER_BYTES));
    }

    /** A MANIFEST frame that holds a page as {@link ManifestPage#encode} made it. */
    public byte[] manifest(byte[] page) {
        return packed(FrameType.MANIFEST, withRoom(page));
    }

    /** A PADDING frame of exactly {@code bytes} bytes, header included; a multiple of 16, from 32 up to 16 MiB. */
    public static byte[] padding(int bytes) {
        if (bytes < Layout.FRAME_HEADER_BYTES || bytes % Layout.ALIGNMENT != 0) {
            throw new IllegalArgumentException("padding must be a multiple of 16 and at least 32: " + bytes);
        }
        return finish(FrameType.PADDING, Codec.NONE, new byte[bytes], bytes - Layout.FRAME_HEADER_BYTES);
    }

    /** The TRAILER frame, which is followed by the footer. */
    public byte[] trailer(StripeTrailer trailer) {
        return plain(FrameType.TRAILER, Trailers.encode(trailer));
    }

    /** The last {@link Layout#FOOTER_BYTES} bytes of a file. */
    public static byte[] footer(BackupSetId setId, int family, int families, long trailerOffset, int trailerBytes) {
        return new Footer(setId, family, families, trailerOffset, trailerBytes).encode();
    }

    private static byte[] plain(FrameType type, byte[] payload) {
        byte[] framed = withRoom(payload);
        return finish(type, Codec.NONE, framed, payload.length);
    }

    /** @param framed room for the frame header, then the payload */
    private byte[] packed(FrameType type, byte[] framed) {
        int plainBytes = framed.length - Layout.FRAME_HEADER_BYTES;
        if (codec == Codec.ZSTD && plainBytes > 0) {
            byte[] shorter = ZstdContexts.compress(
                    zstdLevel, framed, Layout.FRAME_HEADER_BYTES, plainBytes, Layout.FRAME_HEADER_BYTES);
            if (shorter != null) {
                return finish(type, Codec.ZSTD, shorter, plainBytes);
            }
        }
        return finish(type, Codec.NONE, framed, plainBytes);
    }

    private static byte[] withRoom(byte[] payload) {
        byte[] framed = new byte[Layout.FRAME_HEADER_BYTES + payload.length];
        System.arraycopy(payload, 0, framed, Layout.FRAME_HEADER_BYTES, payload.length);
        return framed;
    }

    private static byte[] finish(FrameType type, Codec codec, byte[] framed, int plainBytes) {
        int storedBytes = framed.length - Layout.FRAME_HEADER_BYTES;
        if (plainBytes > type.maxPayloadBytes()) {
            throw new IllegalArgumentException(type + " frame of " + plainBytes + " bytes is too large");
        }
        int length = Layout.FRAME_HEADER_BYTES + Layout.aligned(storedBytes);
        byte[] frame = framed.length == length ? framed : Arrays.copyOf(framed, length);
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
