package io.bakstripe.worker.restore;

import java.util.Arrays;

/** Numbers by 64-bit hashes that are believed to be different for different things; about 30 bytes each. Thread-safe. */
final class LongTable {
    private static final int SHARDS = 64;
    private static final int SHARD_SHIFT = 58;

    private final Shard[] shards = new Shard[SHARDS];

    LongTable() {
        Arrays.setAll(shards, index -> new Shard());
    }

    /** Adds to the number of a hash, which begins with 0. */
    void add(long hash, long more) {
        shard(hash).add(key(hash), more);
    }

    /** Sets bits in the number of a hash and gives which of them were set before. */
    long set(long hash, long bits) {
        return shard(hash).set(key(hash), bits);
    }

    /** Raises the number of a hash, which begins with 0, to this unless it is as large. */
    void raise(long hash, long least) {
        shard(hash).raise(key(hash), least);
    }

    /** The number of a hash; 0 when there is none. */
    long get(long hash) {
        return shard(hash).get(key(hash));
    }

    /** Whether something was added to, set or raised for a hash. */
    boolean has(long hash) {
        return shard(hash).has(key(hash));
    }

    private Shard shard(long hash) {
        return shards[(int) (hash >>> SHARD_SHIFT)];
    }

    /** 0 marks a free slot. */
    private static long key(long hash) {
        return hash == 0 ? 1 : hash;
    }

    /** Open addressing. */
    private static final class Shard {
        private long[] keys = new long[16];
        private long[] values = new long[16];
        private int used;

        synchronized void add(long key, long more) {
            // Not in one expression: taking a slot may replace the table.
            int slot = take(key);
            values[slot] += more;
        }

        synchronized long set(long key, long bits) {
            int slot = take(key);
            long before = values[slot] & bits;
            values[slot] |= bits;
            return before;
        }

        synchronized void raise(long key, long least) {
            int slot = take(key);
            values[slot] = Math.max(values[slot], least);
        }

        synchronized long get(long key) {
            return values[slot(key)];
        }

        synchronized boolean has(long key) {
            return keys[slot(key)] == key;
        }

        private int take(long key) {
            if (used * 2 >= keys.length) {
                grow();
            }
            int slot = slot(key);
            if (keys[slot] == 0) {
                keys[slot] = key;
                used++;
            }
            return slot;
        }

        private int slot(long key) {
            int mask = keys.length - 1;
            int slot = (int) key & mask;
            while (keys[slot] != 0 && keys[slot] != key) {
                slot = (slot + 1) & mask;
            }
            return slot;
        }

        private void grow() {
            long[] oldKeys = keys;
            long[] oldValues = values;
            keys = new long[oldKeys.length * 2];
            values = new long[oldKeys.length * 2];
            for (int index = 0; index < oldKeys.length; index++) {
                if (oldKeys[index] != 0) {
                    int slot = slot(oldKeys[index]);
                    keys[slot] = oldKeys[index];
                    values[slot] = oldValues[index];
                }
            }
        }
    }
}
