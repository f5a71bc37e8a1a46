package io.bakstripe.worker.engine;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.OptionalLong;

/**
 * The files that a full backup holds, by path, with their sizes: what a differential must know of its base. Takes about 50 bytes for each. Not thread-safe
 * while files are added.
 */
public final class BaseFiles {
    private static final int EMPTY = -1;

    private byte[] paths = new byte[1 << 12];
    private int[] ends = new int[1 << 7];
    private long[] sizes = new long[1 << 7];
    /** Numbers of files by the hash of their paths; never more than half full. */
    private int[] slots = emptySlots(1 << 8);

    private int count;

    /** Adds a file; a path that is added twice has the size that came last. */
    public void add(String path, long size) {
        byte[] name = path.getBytes(StandardCharsets.UTF_8);
        int slot = slot(name);
        if (slots[slot] != EMPTY) {
            sizes[slots[slot]] = size;
            return;
        }
        int from = begin(count);
        if (from + name.length > paths.length) {
            paths = Arrays.copyOf(paths, Math.addExact(paths.length, paths.length / 2 + name.length));
        }
        if (count == ends.length) {
            ends = Arrays.copyOf(ends, count + count / 2);
            sizes = Arrays.copyOf(sizes, count + count / 2);
        }
        System.arraycopy(name, 0, paths, from, name.length);
        ends[count] = from + name.length;
        sizes[count] = size;
        slots[slot] = count;
        count++;
        if (count > slots.length / 2) {
            spread();
        }
    }

    /** How large the file was; empty when the base does not hold it. */
    public OptionalLong size(String path) {
        int file = slots[slot(path.getBytes(StandardCharsets.UTF_8))];
        return file == EMPTY ? OptionalLong.empty() : OptionalLong.of(sizes[file]);
    }

    /** How many files there are. */
    public int count() {
        return count;
    }

    private void spread() {
        slots = emptySlots(Math.multiplyExact(slots.length, 2));
        for (int file = 0; file < count; file++) {
            slots[slot(Arrays.copyOfRange(paths, begin(file), ends[file]))] = file;
        }
    }

    /** The slot of the file with this name, or the free one where it belongs. */
    private int slot(byte[] name) {
        int hash = Arrays.hashCode(name) * 0x9E3779B9;
        int slot = (hash ^ (hash >>> 15)) & (slots.length - 1);
        while (slots[slot] != EMPTY && !named(slots[slot], name)) {
            slot = (slot + 1) & (slots.length - 1);
        }
        return slot;
    }

    private boolean named(int file, byte[] name) {
        return Arrays.equals(paths, begin(file), ends[file], name, 0, name.length);
    }

    private int begin(int file) {
        return file == 0 ? 0 : ends[file - 1];
    }

    private static int[] emptySlots(int length) {
        int[] empty = new int[length];
        Arrays.fill(empty, EMPTY);
        return empty;
    }
}
