package io.bakstripe.worker.format;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Compression contexts that wait to be used again: making one costs more than a megabyte of native memory, and one that belonged to a thread would
 * be lost with it. Thread-safe; keeps at most one per core.
 */
final class ZstdContexts {
    private static final int MAX_IDLE = Runtime.getRuntime().availableProcessors();
    private static final Deque<ZstdCompressCtx> IDLE = new ArrayDeque<>();

    private ZstdContexts() {}

    /** Compresses into a new array that begins with {@code room} unused bytes; null when that would not be shorter. */
    static byte @Nullable [] compress(int level, byte[] source, int from, int length, int room) {
        ZstdCompressCtx context = take();
        try {
            context.setLevel(level);
            byte[] target = new byte[room + (int) Zstd.compressBound(length)];
            int stored = context.compressByteArray(target, room, target.length - room, source, from, length);
            return stored < length ? Arrays.copyOf(target, room + stored) : null;
        } finally {
            give(context);
        }
    }

    private static ZstdCompressCtx take() {
        synchronized (IDLE) {
            ZstdCompressCtx idle = IDLE.pollFirst();
            if (idle != null) {
                return idle;
            }
        }
        return new ZstdCompressCtx();
    }

    private static void give(ZstdCompressCtx context) {
        synchronized (IDLE) {
            if (IDLE.size() < MAX_IDLE) {
                IDLE.addFirst(context);
                return;
            }
        }
        context.close();
    }
}
