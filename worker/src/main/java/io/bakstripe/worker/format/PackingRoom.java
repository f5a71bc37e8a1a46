package io.bakstripe.worker.format;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * Where the payload of one frame is put together and compressed. Both happen in native memory that is used again: arrays of a chunk's size would each be
 * zeroed first, and the collector waits for every thread that compresses out of one. Not thread-safe.
 */
final class PackingRoom implements AutoCloseable {
    /** Room for a usual chunk; what a larger one takes is not kept. */
    private static final int KEPT_BYTES = (1 << 20) + (64 << 10);

    private final ZstdCompressCtx context = new ZstdCompressCtx();
    private final ByteBuffer keptPlain = ByteBuffer.allocateDirect(KEPT_BYTES);
    private final ByteBuffer keptPacked = ByteBuffer.allocateDirect((int) Zstd.compressBound(KEPT_BYTES));

    /** An empty little-endian buffer for exactly {@code length} bytes; what an earlier call gave is of no use any more. */
    ByteBuffer plain(int length) {
        return of(keptPlain, length).order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * What {@code plain} holds up to its limit, compressed, from position to limit of the result; null when that would not be shorter.
     *
     * @param plain is direct
     */
    @Nullable ByteBuffer compress(int level, ByteBuffer plain) {
        int length = plain.limit();
        int bound = (int) Zstd.compressBound(length);
        ByteBuffer packed = of(keptPacked, bound);
        context.setLevel(level);
        int stored = context.compressDirectByteBuffer(packed, 0, bound, plain, 0, length);
        return stored < length ? packed.limit(stored) : null;
    }

    private static ByteBuffer of(ByteBuffer kept, int length) {
        return length <= kept.capacity() ? kept.clear().limit(length) : ByteBuffer.allocateDirect(length);
    }

    @Override
    public void close() {
        context.close();
    }
}
