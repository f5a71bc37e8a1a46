package io.bakstripe.worker.format;

import io.bakstripe.protocol.name.BackupSetId;
import io.bakstripe.protocol.name.S3Arn;
import java.nio.ByteBuffer;

/**
 * The last 64 bytes of a file.
 *
 * @param trailerOffset of the trailer's frame in the file, which is where the last part begins
 * @param trailerBytes of the trailer's frame; of the sealed one where the mode is authenticated
 * @param lastPart number of the last part where the mode is authenticated, because it opens with that only; 0 otherwise
 */
public record Footer(
        Mode mode, BackupSetId setId, int family, int families, long trailerOffset, int trailerBytes, int lastPart) {
    static final String MAGIC = "BAKSTEND";
    private static final int TRAILER_OFFSET_AT = 32;
    private static final int TRAILER_BYTES_AT = 40;
    private static final int LAST_PART_AT = 44;
    private static final int FILE_BYTES_AT = 48;

    /** More than sealing adds to any trailer. */
    private static final int MAX_SEAL_BYTES = 4096;

    /** Of a mode whose footer does not say the number of the last part. */
    public Footer(Mode mode, BackupSetId setId, int family, int families, long trailerOffset, int trailerBytes) {
        this(mode, setId, family, families, trailerOffset, trailerBytes, 0);
    }

    /** The length of the whole file. */
    public long fileBytes() {
        return trailerOffset + trailerBytes + Layout.FOOTER_BYTES;
    }

    byte[] encode() {
        ByteBuffer buffer = Ends.begin(MAGIC, mode, setId, family, families);
        buffer.putLong(TRAILER_OFFSET_AT, trailerOffset);
        buffer.putInt(TRAILER_BYTES_AT, trailerBytes);
        buffer.putInt(LAST_PART_AT, lastPart);
        buffer.putLong(FILE_BYTES_AT, fileBytes());
        return Ends.seal(buffer);
    }

    /**
     * Reads the footer at {@code bytes}' position, which is not moved.
     *
     * <p>Throws {@code FILE_TRUNCATED} when there is none or the file is shorter than it says, {@code FILE_DAMAGED} when its checksum is wrong or it
     * contradicts itself.
     *
     * @param fileBytes the length that the store gives
     */
    public static Footer read(S3Arn file, long fileBytes, ByteBuffer bytes) {
        Place place = new Place(file, "footer");
        if (bytes.remaining() < Layout.FOOTER_BYTES) {
            throw place.truncated();
        }
        Ends.Common common = Ends.read(place, MAGIC, bytes);
        if (common == null) {
            throw place.truncated();
        }
        long trailerOffset = common.bytes().getLong(TRAILER_OFFSET_AT);
        int trailerBytes = common.bytes().getInt(TRAILER_BYTES_AT);
        boolean sealed = common.mode() == Mode.AUTHENTICATED;
        int lastPart = sealed ? common.bytes().getInt(LAST_PART_AT) : 0;
        Footer footer = new Footer(
                common.mode(),
                common.setId(),
                common.family(),
                common.families(),
                trailerOffset,
                trailerBytes,
                lastPart);
        int most = Layout.FRAME_HEADER_BYTES + FrameType.TRAILER.maxPayloadBytes() + (sealed ? MAX_SEAL_BYTES : 0);
        boolean possible = trailerOffset >= Layout.PREAMBLE_BYTES
                && trailerBytes >= Layout.FRAME_HEADER_BYTES
                && trailerBytes <= most
                && (!sealed || lastPart >= 2 && lastPart <= Layout.MAX_PARTS)
                && common.bytes().getLong(FILE_BYTES_AT) == footer.fileBytes();
        if (!possible) {
            throw place.damaged("the footer contradicts itself");
        }
        if (footer.fileBytes() > fileBytes) {
            throw place.truncated();
        }
        if (footer.fileBytes() != fileBytes) {
            throw place.damaged("the file has " + fileBytes + " bytes, its footer says " + footer.fileBytes());
        }
        return footer;
    }
}
