package io.bakstripe.worker.format;

import io.bakstripe.protocol.name.BackupSetId;
import io.bakstripe.protocol.name.S3Arn;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;

/**
 * The first 64 bytes of a file.
 *
 * @param cipher how parts are sealed where the mode is authenticated; empty otherwise
 */
public record Preamble(Mode mode, BackupSetId setId, int family, int families, Optional<Cipher> cipher) {
    static final String MAGIC = "BAKSTRIP";
    private static final int SUITE_AT = 32;
    private static final int SEGMENT_BYTES_AT = 36;
    private static final int DATA_KEY_AT = 40;

    public Preamble {
        if (cipher.isPresent() != (mode == Mode.AUTHENTICATED)) {
            throw new IllegalArgumentException("a cipher is named in the authenticated mode and in no other");
        }
    }

    /** Of a mode that needs no cipher here. */
    public Preamble(Mode mode, BackupSetId setId, int family, int families) {
        this(mode, setId, family, families, Optional.empty());
    }

    /** True when these are the facts that beginning and end of a file have in common. */
    boolean isOf(Mode otherMode, BackupSetId otherSet, int otherFamily, int otherFamilies) {
        return mode == otherMode && setId.equals(otherSet) && family == otherFamily && families == otherFamilies;
    }

    byte[] encode() {
        ByteBuffer buffer = Ends.begin(MAGIC, mode, setId, family, families);
        cipher.ifPresent(named -> named.write(buffer));
        return Ends.seal(buffer);
    }

    /**
     * Reads the preamble at {@code bytes}' position, which is not moved.
     *
     * <p>Throws {@code NOT_A_BACKUP} for a foreign file, {@code FILE_NEWER}, {@code FILE_MODE_UNKNOWN} also for a cipher that this program does not know, {@code
     * FILE_TRUNCATED} when it ends within the preamble, {@code FILE_DAMAGED} when its checksum is wrong.
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
        Optional<Cipher> cipher =
                common.mode() == Mode.AUTHENTICATED ? Optional.of(Cipher.read(place, common)) : Optional.empty();
        return new Preamble(common.mode(), common.setId(), common.family(), common.families(), cipher);
    }

    /**
     * How the parts of a file in the authenticated mode are sealed.
     *
     * @param suite {@link #AES_256_GCM_HKDF}
     * @param segmentBytes of a sealed segment
     * @param dataKeyId tells which key opens the file
     */
    public record Cipher(int suite, int segmentBytes, UUID dataKeyId) {
        /** AES-256-GCM with a key for each stream by HKDF-SHA256; {@code docs/format.md}, part 5.2. */
        public static final int AES_256_GCM_HKDF = 1;

        /** The one that this program writes, and the only one that it reads. */
        public static Cipher of(UUID dataKeyId) {
            return new Cipher(AES_256_GCM_HKDF, Layout.SEALED_SEGMENT_BYTES, dataKeyId);
        }

        private void write(ByteBuffer buffer) {
            buffer.putShort(SUITE_AT, (short) suite).putInt(SEGMENT_BYTES_AT, segmentBytes);
            buffer.order(ByteOrder.BIG_ENDIAN)
                    .putLong(DATA_KEY_AT, dataKeyId.getMostSignificantBits())
                    .putLong(DATA_KEY_AT + Long.BYTES, dataKeyId.getLeastSignificantBits())
                    .order(ByteOrder.LITTLE_ENDIAN);
        }

        private static Cipher read(Place place, Ends.Common common) {
            ByteBuffer bytes = common.bytes();
            int suite = Short.toUnsignedInt(bytes.getShort(SUITE_AT));
            Cipher read = new Cipher(suite, bytes.getInt(SEGMENT_BYTES_AT), Ends.uuid(bytes.array(), DATA_KEY_AT));
            if (!read.equals(of(read.dataKeyId()))) {
                throw place.encrypted(common.mode().code() + ", cipher suite " + suite);
            }
            return read;
        }
    }
}
