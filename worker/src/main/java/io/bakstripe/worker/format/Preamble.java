package io.bakstripe.worker.format;

import io.bakstripe.protocol.name.BackupSetId;
import io.bakstripe.protocol.name.S3Arn;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The first 64 bytes of a file. */
public record Preamble(Mode mode, BackupSetId setId, int family, int families) {
    static final String MAGIC = "BAKSTRIP";

    byte[] encode() {
        return Ends.seal(Ends.begin(MAGIC, mode, setId, family, families));
    }

    /**
     * Reads the preamble at {@code bytes}' position, which is not moved.
     *
     * <p>Throws {@code NOT_A_BACKUP} for a foreign file, {@code FILE_NEWER}, {@code FILE_ENCRYPTED}, {@code FILE_TRUNCATED} when it ends within the preamble, {@code
     * FILE_DAMAGED} when its checksum is wrong.
     */
    public static Preamble read(S3Arn file, ByteBuffer bytes) {
        Place place = new Place(file, "preamble");
        if (bytes.remaining() < Layout.PREAMBLE_BYTES) {
            byte[] head = new byte[Math.min(MAGIC.length(), bytes.remaining())];
            bytes.duplicate().get(head);
            boolean ours = Arrays.equals(head, MAGIC.getBytes(StandardCharsets.US_ASCII));
            throw ours ? place.truncated() : place.notABackup("it does not begin as one");
        }
        Ends.Common common = Ends.read(place, MAGIC, bytes);
        if (common == null) {
            throw place.notABackup("it does not begin as one");
        }
        return new Preamble(common.mode(), common.setId(), common.family(), common.families());
    }
}
