package io.bakstripe.worker.store.s3;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.FileRequestBodyConfiguration;
import software.amazon.awssdk.core.async.AsyncRequestBody;

/** The bytes of a part as they are sent, any number of times: from memory without being copied on the heap, or from a file a slice at a time. */
sealed interface PartBody {
    /** Netty copies a heap buffer to native memory whole before it writes it: small slices keep that small. */
    int SLICE = 128 * 1024;

    /** In bytes. */
    long length();

    /** A body for one request. */
    AsyncRequestBody toRequestBody();

    /** Reads all bytes once. Blocks where they lie in a file. */
    void digest(MessageDigest digest);

    /** The remaining bytes of these buffers, which are not consumed. */
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
        return new Held(List.copyOf(slices), length);
    }

    /** All bytes of a file, which must stay as it is. */
    static PartBody of(Path file) throws IOException {
        return new Spooled(file, Files.size(file));
    }

    /** The value of {@code Content-MD5}. */
    default String md5() {
        try {
            MessageDigest digest = MessageDigest.getInstance("MD5");
            digest(digest);
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

    /** Bytes in memory. */
    record Held(List<ByteBuffer> slices, long length) implements PartBody {
        @Override
        public AsyncRequestBody toRequestBody() {
            return AsyncRequestBody.fromRemainingByteBuffersUnsafe(
                    slices.stream().map(ByteBuffer::duplicate).toArray(ByteBuffer[]::new));
        }

        @Override
        public void digest(MessageDigest digest) {
            slices.forEach(slice -> digest.update(slice.duplicate()));
        }
    }

    /** Bytes in a file. */
    record Spooled(Path file, long length) implements PartBody {
        @Override
        public AsyncRequestBody toRequestBody() {
            return AsyncRequestBody.fromFile(FileRequestBodyConfiguration.builder()
                    .path(file)
                    .chunkSizeInBytes(SLICE)
                    .build());
        }

        @Override
        public void digest(MessageDigest digest) {
            byte[] slice = new byte[SLICE];
            try (InputStream in = Files.newInputStream(file)) {
                for (int read = in.read(slice); read >= 0; read = in.read(slice)) {
                    digest.update(slice, 0, read);
                }
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            }
        }
    }
}
