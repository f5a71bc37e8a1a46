package io.bakstripe.worker.store.s3;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.async.AsyncRequestBody;

/** The bytes of a part as they are sent, any number of times, without being copied on the heap. */
final class PartBody {
    /** Netty copies a heap buffer to native memory whole before it writes it: small slices keep that small. */
    private static final int SLICE = 128 * 1024;

    private final List<ByteBuffer> slices;
    private final long length;

    private PartBody(List<ByteBuffer> slices, long length) {
        this.slices = slices;
        this.length = length;
    }

    static PartBody of(List<ByteBuffer> body) {
        List<ByteBuffer> slices = new ArrayList<>();
        long length = 0;
        for (ByteBuffer buffer : body) {
            int end = buffer.limit();
            for (int from = buffer.position(); from < end; from += SLICE) {
                slices.add(buffer.slice(from, Math.min(SLICE, end - from)).asReadOnlyBuffer());
            }
            length += buffer.remaining();
        }
        return new PartBody(List.copyOf(slices), length);
    }

    long length() {
        return length;
    }

    AsyncRequestBody toRequestBody() {
        return AsyncRequestBody.fromRemainingByteBuffersUnsafe(
                slices.stream().map(ByteBuffer::duplicate).toArray(ByteBuffer[]::new));
    }

    /** The value of {@code Content-MD5}. */
    String md5() {
        try {
            MessageDigest digest = MessageDigest.getInstance("MD5");
            slices.forEach(slice -> digest.update(slice.duplicate()));
            return Base64.getEncoder().encodeToString(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has MD5", e);
        }
    }

    /** The value of {@code x-amz-checksum-crc32c}: big-endian, Base64. */
    static String base64(int crc32c) {
        return Base64.getEncoder()
                .encodeToString(
                        ByteBuffer.allocate(Integer.BYTES).putInt(crc32c).array());
    }

    /** What {@link #base64(int)} made text of; empty when there is none, or one of another shape. */
    static OptionalInt crc32c(@Nullable String base64) {
        if (base64 == null) {
            return OptionalInt.empty();
        }
        try {
            byte[] bytes = Base64.getDecoder().decode(base64);
            return bytes.length == Integer.BYTES
                    ? OptionalInt.of(ByteBuffer.wrap(bytes).getInt())
                    : OptionalInt.empty();
        } catch (IllegalArgumentException noBase64) {
            // Nothing depends on a listed checksum: a listing must not fail because of one.
            return OptionalInt.empty();
        }
    }
}
