package io.bakstripe.worker.format;

import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.stripe.Extent;
import io.bakstripe.protocol.stripe.ExtentKind;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;

/** A page of the set's manifest: which files and directories the set must give back. Any number of pages make up the manifest, in any order. */
public final class ManifestPage {
    private static final int FILE = 1;
    private static final int DIRECTORY = 2;
    private static final int CHANGED_FILE = 3;
    private static final int ENTRY_BYTES = 12;
    private static final Place NOWHERE = new Place(new S3Arn("manifest", "page"), "0");

    private ManifestPage() {}

    /** A page of these extents, one entry each; the size of a file is where its extent ends. Every file must be given once. */
    public static byte[] encode(List<Extent> filesAndDirectories) {
        return encodeEntries(filesAndDirectories.stream()
                .map(extent -> {
                    if (extent.kind() == ExtentKind.MANIFEST) {
                        throw new IllegalArgumentException("no manifest can hold " + extent);
                    }
                    return new Entry(
                            extent.kind() == ExtentKind.DIRECTORY, extent.path(), extent.offset() + extent.length());
                })
                .toList());
    }

    /** A page of these entries. Every file must be given once. */
    public static byte[] encodeEntries(List<Entry> entries) {
        List<byte[]> paths = new ArrayList<>(entries.size());
        int length = Integer.BYTES;
        for (Entry entry : entries) {
            byte[] path = entry.path().getBytes(StandardCharsets.UTF_8);
            if (path.length > 0xFFFF) {
                throw new IllegalArgumentException("no manifest can hold " + entry.path());
            }
            paths.add(path);
            int more = entry.changedBytes().isPresent() ? Long.BYTES : 0;
            length = Math.addExact(length, ENTRY_BYTES + path.length + more);
        }
        ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        buffer.putInt(entries.size());
        for (int index = 0; index < entries.size(); index++) {
            Entry entry = entries.get(index);
            byte[] path = paths.get(index);
            buffer.put((byte) kind(entry)).put((byte) 0);
            buffer.putShort((short) path.length).putLong(entry.size());
            buffer.put(path);
            entry.changedBytes().ifPresent(buffer::putLong);
        }
        return buffer.array();
    }

    private static int kind(Entry entry) {
        if (entry.directory()) {
            return DIRECTORY;
        }
        return entry.changedBytes().isPresent() ? CHANGED_FILE : FILE;
    }

    /** The entries of a page that did not come from a file; throws as {@link #decode(Place, byte[])} does, naming no file. */
    public static List<Entry> decode(byte[] page) {
        return decode(NOWHERE, page);
    }

    /** The entries of a page; throws {@code FILE_DAMAGED} when it contradicts itself and {@code PATH_UNSAFE} as chunks do. */
    public static List<Entry> decode(Place place, byte[] page) {
        List<Entry> entries = new ArrayList<>();
        forEach(place, ByteBuffer.wrap(page), entries::add);
        return entries;
    }

    /** Visits the entries of a page as they are read, with memory for one of them; throws as {@link #decode(Place, byte[])} does. */
    public static void forEach(Place place, ByteBuffer page, Consumer<Entry> visitor) {
        Chunk.Reader reader = new Chunk.Reader(place, page);
        int count = reader.count(ENTRY_BYTES);
        for (int index = 0; index < count; index++) {
            ByteBuffer fixed = reader.slice(ENTRY_BYTES);
            int kind = fixed.get();
            fixed.get();
            int pathBytes = Short.toUnsignedInt(fixed.getShort());
            long size = fixed.getLong();
            if (kind < FILE
                    || kind > CHANGED_FILE
                    || size < 0
                    || size > Layout.MAX_FILE_BYTES
                    || (kind == DIRECTORY && size > 0)) {
                throw place.damaged("a manifest page holds an impossible entry");
            }
            String path = reader.path(pathBytes);
            visitor.accept(new Entry(
                    kind == DIRECTORY,
                    path,
                    size,
                    kind == CHANGED_FILE ? changedBytes(place, reader, size) : OptionalLong.empty()));
        }
        reader.finish();
    }

    private static OptionalLong changedBytes(Place place, Chunk.Reader reader, long size) {
        long changed = reader.slice(Long.BYTES).getLong();
        if (changed < 0 || changed > size) {
            throw place.damaged("a manifest page holds an impossible entry");
        }
        return OptionalLong.of(changed);
    }

    /**
     * @param size in bytes when the file was listed; 0 for directories
     * @param changedBytes in a differential, of a file of which only what changed since the base is in the set: how many bytes that is. Everything else of it
     *     is as the base has it, or zero where the base ends before {@code size}. Empty for what is in the set as a whole
     */
    public record Entry(boolean directory, String path, long size, OptionalLong changedBytes) {
        /** What is in the set as a whole. */
        public Entry(boolean directory, String path, long size) {
            this(directory, path, size, OptionalLong.empty());
        }
    }
}
