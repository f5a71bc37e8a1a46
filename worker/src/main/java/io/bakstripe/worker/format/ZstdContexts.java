package io.bakstripe.worker.format;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Contexts of zstd that wait to be used again: making one costs much native memory, for compression more than a megabyte, and one that belonged to a
 * thread would be lost with it. Thread-safe; keeps at most one of each sort per core.
 */
final class ZstdContexts {
    private static final Idle<ZstdCompressCtx> COMPRESSION = new Idle<>(ZstdCompressCtx::new);
    private static final Idle<ZstdDecompressCtx> DECOMPRESSION = new Idle<>(ZstdDecompressCtx::new);

    private ZstdContexts() {}

    /** Compresses into a new array that begins with {@code room} unused bytes; null when that would not be shorter. */
    static byte @Nullable [] compress(int level, byte[] source, int from, int length, int room) {
        ZstdCompressCtx context = COMPRESSION.take();
        try {
            context.setLevel(level);
            byte[] target = new byte[room + (int) Zstd.compressBound(length)];
            int stored = context.compressByteArray(target, room, target.length - room, source, from, length);
            return stored < length ? Arrays.copyOf(target, room + stored) : null;
        } finally {
            COMPRESSION.give(context);
        }
    }

    /**
     * Decompresses to the beginning of {@code target}.
     *
     * @param limit bytes of {@code target} that may be written
     * @return bytes that came out; -1 when the source is no zstd frame or holds more than {@code limit} bytes
     */
    static int decompress(ByteBuffer target, int limit, byte[] source, int from, int length) {
        ZstdDecompressCtx context = DECOMPRESSION.take();
        try {
            return target.isDirect()
                    ? context.decompressByteArrayToDirectByteBuffer(target, 0, limit, source, from, length)
                    : context.decompressByteArray(target.array(), target.arrayOffset(), limit, source, from, length);
        } catch (ZstdException malformed) {
            return -1;
        } finally {
            DECOMPRESSION.give(context);
        }
    }

    /** Contexts of one sort. */
    private static final class Idle<C extends AutoCloseable> {
        private static final int MAX = Runtime.getRuntime().availableProcessors();

        private final Deque<C> contexts = new ArrayDeque<>();
        private final Supplier<C> make;

        Idle(Supplier<C> make) {
            this.make = make;
        }

        C take() {
            synchronized (contexts) {
                C idle = contexts.pollFirst();
                if (idle != null) {
                    return idle;
                }
            }
            return make.get();
        }

        void give(C context) {
            synchronized (contexts) {
                if (contexts.size() < MAX) {
                    contexts.addFirst(context);
                    return;
                }
            }
            try {
                context.close();
            } catch (Exception impossible) {
                throw new IllegalStateException(impossible);
            }
        }
    }
}
