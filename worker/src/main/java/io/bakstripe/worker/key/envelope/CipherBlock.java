package io.bakstripe.worker.key.envelope;

import java.nio.ByteBuffer;

/** 16 bytes that the next ones of a stream depend on: its IV, or the last ciphertext before them. No secret. */
public record CipherBlock(long high, long low) {
    public static final int BYTES = 16;

    /** {@link IllegalArgumentException} when it is not 16 bytes. */
    public static CipherBlock of(byte[] bytes) {
        if (bytes.length != BYTES) {
            throw new IllegalArgumentException("a block of " + bytes.length + " bytes");
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        return new CipherBlock(buffer.getLong(), buffer.getLong());
    }

    /** The last block before the limit of a buffer, which is left as it is. {@link IllegalArgumentException} when it holds less than one. */
    public static CipherBlock lastOf(ByteBuffer ciphertext) {
        if (ciphertext.remaining() < BYTES) {
            throw new IllegalArgumentException("no block in " + ciphertext.remaining() + " bytes");
        }
        byte[] bytes = new byte[BYTES];
        ciphertext.get(ciphertext.limit() - BYTES, bytes);
        return of(bytes);
    }

    public byte[] toBytes() {
        return ByteBuffer.allocate(BYTES).putLong(high).putLong(low).array();
    }
}
