package io.bakstripe.worker.restore;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The places where chunks of one restore are decompressed: as many as may be written at once, used again and again, so that plain bytes take the same
 * memory however many ranges are in flight and however well a chunk was compressed. Thread-safe.
 */
final class PlainRooms {
    private static final int USUAL_BYTES = 2 << 20;

    private final Deque<Room> idle = new ArrayDeque<>();
    private final Deque<CompletableFuture<Room>> waiting = new ArrayDeque<>();

    PlainRooms(int count) {
        for (int room = 0; room < count; room++) {
            idle.add(new Room());
        }
    }

    /** Completes once a room is free, on the thread that frees it; its holder gives it back. */
    synchronized CompletionStage<Room> acquire() {
        Room free = idle.pollFirst();
        if (free != null) {
            return CompletableFuture.completedFuture(free);
        }
        CompletableFuture<Room> turn = new CompletableFuture<>();
        waiting.addLast(turn);
        return turn;
    }

    private void giveBack(Room room) {
        CompletableFuture<Room> next;
        synchronized (this) {
            next = waiting.pollFirst();
            if (next == null) {
                idle.addFirst(room);
                return;
            }
        }
        next.complete(room);
    }

    /** One place; used by one thread at a time. */
    final class Room {
        private ByteBuffer bytes = ByteBuffer.allocate(0);

        /** A direct buffer of at least {@code length} bytes, the same as before unless it must grow. */
        ByteBuffer of(int length) {
            if (bytes.capacity() < length) {
                bytes = ByteBuffer.allocateDirect(Math.max(USUAL_BYTES, length));
            }
            return bytes.clear();
        }

        void release() {
            giveBack(this);
        }
    }
}
