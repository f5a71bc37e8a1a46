package io.bakstripe.worker.format;

import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Contexts of zstd that wait to be used again: making one costs much native memory, for compression more than a megabyte, and one that belonged to a
 * thread would be lost with it. Thread-safe; keeps at most one of each sort per core.
 */
final class ZstdContexts {
    private static final Idle<PackingRoom> PACKING = new Idle<>(PackingRoom::new);
    private static final Idle<ZstdDecompressCtx> DECOMPRESSION = new Idle<>(ZstdDecompressCtx::new);

    private ZstdContexts() {}

    /** Runs {@code packing} with a room of its own; what it gives back must not be a part of that room. */
    static <T> T pack(Function<PackingRoom, T> packing) {
        PackingRoom room = PACKING.take();
        try {
            return packing.apply(room);
        } finally {
            PACKING.give(room);
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
