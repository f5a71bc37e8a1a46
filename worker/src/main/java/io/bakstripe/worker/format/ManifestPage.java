package io.bakstripe.worker.format;

import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.stripe.Extent;
import io.bakstripe.protocol.stripe.ExtentKind;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** A page of the set's manifest: which files and directories the set must give back. Any number of pages make up the manifest, in any order. */
public final class ManifestPage {
    private static final int FILE = 1;
    private static final int DIRECTORY = 2;
    private static final int ENTRY_BYTES = 12;
    private static final Place NOWHERE = new Place(new S3Arn("manifest", "page"), "0");

    private ManifestPage() {}

    /** A page of these extents, one entry each; the size of a file is where its extent ends. Every file must be given once. */
    public static byte[] encode(List<Extent> filesAndDirectories) {
        List<byte[]> paths = new ArrayList<>(filesAndDirectories.size());
        int length = Integer.BYTES;
        for (Extent extent : filesAndDirectories) {
            byte[] path = extent.path().getBytes(StandardCharsets.UTF_8);
            if (path.length > 0xFFFF || extent.kind() == ExtentKind.MANIFEST) {
                throw new IllegalArgumentException("no manifest can hold " + extent);
            }
            paths.add(path);
            length = Math.addExact(length, ENTRY_BYTES + path.length);
        }
        ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        buffer.putInt(filesAndDirectories.size());
        for (int index = 0; index < filesAndDirectories.size(); index++) {
            Extent extent = filesAndDirectories.get(index);
            byte[] path = paths.get(index);
            buffer.put((byte) (extent.kind() == ExtentKind.DIRECTORY ? DIRECTORY : FILE))
                    .put((byte) 0);
            buffer.putShort((short) path.length).putLong(extent.offset() + extent.length());
            buffer.put(path);
        }
        return buffer.array();
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
            if ((kind != FILE && kind != DIRECTORY)
                    || size < 0
                    || size > Layout.MAX_FILE_BYTES
                    || (kind == DIRECTORY && size > 0)) {
                throw place.damaged("a manifest page holds an impossible entry");
            }
            visitor.accept(new Entry(kind == DIRECTORY, reader.path(pathBytes), size));
        }
        reader.finish();
    }

    /** @param size in bytes when the file was listed; 0 for directories */
    public record Entry(boolean directory, String path, long size) {}
}
