package io.bakstripe.worker.seal;

import com.google.crypto.tink.subtle.AesGcmHkdfStreaming;
import com.google.crypto.tink.subtle.Hkdf;
import com.google.crypto.tink.subtle.StreamSegmentDecrypter;
import com.google.crypto.tink.subtle.StreamSegmentEncrypter;
import io.bakstripe.worker.format.Layout;
import io.bakstripe.worker.key.DataKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.OptionalLong;
import java.util.UUID;

/**
 * Mode 2, authenticated: each part of a file is a stream of its own in Tink's AES256_GCM_HKDF streaming AEAD, bound to its place; {@code docs/format.md}, part 5.2. Holds the
 * data key and nothing that is made from it: once the key is closed nothing more can be begun, which fails with {@link IllegalStateException}. Thread-safe.
 */
public final class AuthenticatedParts {
    private static final String HKDF = "HmacSha256";
    private static final byte[] INFO = "bakstripe/1/authenticated".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] DOMAIN = "BAKSTRIPE/1\0".getBytes(StandardCharsets.US_ASCII);
    private static final int ASSOCIATED_BYTES = 56;

    private final DataKey key;
    private final FileIdentity file;

    public AuthenticatedParts(DataKey key, FileIdentity file) {
        this.key = key;
        this.file = file;
    }

    /**
     * What a part is bound to, 56 bytes.
     *
     * @param number from 1
     * @param last whether the file ends with it
     */
    public static byte[] associatedData(FileIdentity file, int number, boolean last) {
        ByteBuffer bytes = ByteBuffer.allocate(ASSOCIATED_BYTES).put(DOMAIN);
        put(bytes, file.dataKeyId());
        put(bytes, file.setId().value());
        return bytes.order(ByteOrder.LITTLE_ENDIAN)
                .putShort((short) file.family())
                .putShort((short) file.families())
                .putInt(number)
                .putInt(last ? 1 : 0)
                .array();
    }

    private static void put(ByteBuffer bytes, UUID id) {
        bytes.putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits());
    }

    /** Length of what is sealed, once it is: a header, and a tag for each segment. Preamble and footer are not sealed and not counted. */
    public static long sealedBytes(long plain) {
        long content = Layout.SEALED_SEGMENT_BYTES - Layout.SEAL_TAG_BYTES;
        long segments = Math.max(1, (Layout.SEAL_HEADER_BYTES + plain + content - 1) / content);
        return Layout.SEAL_HEADER_BYTES + plain + segments * Layout.SEAL_TAG_BYTES;
    }

    /** The inverse of {@link #sealedBytes}; empty where nothing that is sealed has that length. */
    public static OptionalLong plainBytes(long sealed) {
        long segments = (sealed + Layout.SEALED_SEGMENT_BYTES - 1) / Layout.SEALED_SEGMENT_BYTES;
        long plain = sealed - Layout.SEAL_HEADER_BYTES - segments * Layout.SEAL_TAG_BYTES;
        return plain >= 0 && sealedBytes(plain) == sealed ? OptionalLong.of(plain) : OptionalLong.empty();
    }

    /** Seals the segments of one part, with a salt and a nonce of its own: a part that is sealed again has other bytes. */
    StreamSegmentEncrypter encrypter(int number, boolean last) {
        try {
            return streaming().newStreamSegmentEncrypter(associatedData(file, number, last));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("the platform lacks what parts are sealed with", impossible);
        }
    }

    /**
     * Opens segments of one part, in any order. Fails where the header cannot be one; each segment fails that is not what was sealed in this place of this file.
     *
     * @param header the first bytes of the sealed part
     */
    StreamSegmentDecrypter decrypter(ByteBuffer header, int number, boolean last) throws GeneralSecurityException {
        StreamSegmentDecrypter decrypter = streaming().newStreamSegmentDecrypter();
        decrypter.init(header, associatedData(file, number, last));
        return decrypter;
    }

    /**
     * What was sealed, from any position. The channel is asked for the header and for the segments around what is read and for nothing else. Reading fails with {@link IOException} where the bytes are not those
     * of this part of this file; nothing of a segment is given out before all of it is known to be genuine.
     *
     * @param sealed the sealed bytes of the part, without preamble and footer; its size is the true one
     */
    public SeekableByteChannel open(SeekableByteChannel sealed, int number, boolean last) throws IOException {
        try {
            return streaming().newSeekableDecryptingChannel(sealed, associatedData(file, number, last));
        } catch (GeneralSecurityException impossible) {
            throw new IOException("the part cannot be opened", impossible);
        }
    }

    private AesGcmHkdfStreaming streaming() throws GeneralSecurityException {
        byte[] derived = key.use(AuthenticatedParts::derived);
        try {
            return new AesGcmHkdfStreaming(derived, HKDF, DataKey.BYTES, Layout.SEALED_SEGMENT_BYTES, 0);
        } finally {
            Arrays.fill(derived, (byte) 0);
        }
    }

    private static byte[] derived(byte[] dataKey) {
        try {
            return Hkdf.computeHkdf(HKDF, dataKey, new byte[0], INFO, DataKey.BYTES);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("the platform lacks HMAC-SHA256", impossible);
        }
    }
}
