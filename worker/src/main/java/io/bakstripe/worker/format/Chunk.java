package io.bakstripe.worker.format;

import io.bakstripe.protocol.stripe.ExtentKind;
import io.bakstripe.worker.engine.Piece;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** The plain payload of a DATA frame: a table of pieces, then their bytes one after the other. A chunk is read without its neighbours. */
public final class Chunk {
    private static final int ENTRY_BYTES = 16;
    private static final List<ExtentKind> KINDS =
            List.of(ExtentKind.FILE, ExtentKind.DIRECTORY, ExtentKind.LOG, ExtentKind.CONTROL, ExtentKind.INLINE);
    private static final List<Piece.State> STATES = List.of(Piece.State.WHOLE, Piece.State.SHORT, Piece.State.VANISHED);

    private Chunk() {}

    /** Lays out a chunk of these pieces; throws {@link IllegalArgumentException} when no chunk can hold one of them. */
    static Table table(List<Piece> pieces) {
        List<byte[]> paths = new ArrayList<>(pieces.size());
        int length = Integer.BYTES;
        for (Piece piece : pieces) {
            byte[] path = piece.path().getBytes(StandardCharsets.UTF_8);
            if (path.length > 0xFFFF || !KINDS.contains(piece.kind())) {
                throw new IllegalArgumentException("no chunk can hold " + piece.kind() + " " + piece.path());
            }
            paths.add(path);
            length = Math.addExact(length, ENTRY_BYTES + path.length + piece.length());
        }
        return new Table(pieces, paths, length);
    }

    /** @param length bytes of the chunk */
    record Table(List<Piece> pieces, List<byte[]> paths, int length) {
        /** @param target little-endian, with room for {@code length} bytes */
        void write(ByteBuffer target) {
            target.putInt(pieces.size());
            for (int index = 0; index < pieces.size(); index++) {
                Piece piece = pieces.get(index);
                byte[] path = paths.get(index);
                target.put((byte) (KINDS.indexOf(piece.kind()) + 1)).put((byte) STATES.indexOf(piece.state()));
                target.putShort((short) path.length).putLong(piece.offset()).putInt(piece.length());
                target.put(path);
            }
            pieces.forEach(piece -> target.put(piece.content().duplicate()));
        }
    }

    /**
     * The pieces of a chunk, in order.
     *
     * <p>Throws {@code FILE_DAMAGED} when it contradicts itself and {@code PATH_UNSAFE} when a path would leave the target directory.
     */
    public static List<Piece> decode(Place place, byte[] payload) {
        List<Piece> pieces = new ArrayList<>();
        forEach(place, ByteBuffer.wrap(payload), entry -> {
            byte[] bytes = new byte[entry.bytes().remaining()];
            entry.bytes().get(bytes);
            pieces.add(new Piece(entry.kind(), entry.path(), entry.offset(), bytes, entry.state()));
        });
        return pieces;
    }

    /**
     * Visits the entries of a chunk, in order, once the whole chunk was found to agree with itself. Takes memory for one entry at a time, so that a chunk
     * of very many entries costs no more than others.
     *
     * <p>Throws as {@link #decode} does, then before the first entry is visited.
     */
    public static void forEach(Place place, ByteBuffer payload, Consumer<Entry> visitor) {
        Reader table = new Reader(place, payload);
        int count = table.count(ENTRY_BYTES);
        Reader second = table.fork();
        long dataBytes = 0;
        for (int index = 0; index < count; index++) {
            Fixed fixed = fixed(place, table);
            table.path(fixed.pathBytes());
            dataBytes += fixed.length();
        }
        if (dataBytes != table.remaining()) {
            throw place.damaged("a chunk holds " + table.remaining() + " bytes for " + dataBytes);
        }
        for (int index = 0; index < count; index++) {
            Fixed fixed = fixed(place, second);
            String path = second.path(fixed.pathBytes());
            visitor.accept(new Entry(fixed.kind(), fixed.state(), path, fixed.offset(), table.slice(fixed.length())));
        }
    }

    private static Fixed fixed(Place place, Reader reader) {
        ByteBuffer fixed = reader.slice(ENTRY_BYTES);
        int kind = fixed.get() - 1;
        int state = fixed.get();
        int pathBytes = Short.toUnsignedInt(fixed.getShort());
        long offset = fixed.getLong();
        int length = fixed.getInt();
        boolean possible = kind >= 0 && kind < KINDS.size() && state >= 0 && state < STATES.size() && length >= 0;
        if (!possible || offset < 0 || offset > Layout.MAX_FILE_BYTES - length) {
            throw place.damaged("a chunk holds an impossible entry");
        }
        Fixed entry = new Fixed(KINDS.get(kind), STATES.get(state), pathBytes, offset, length);
        boolean bare = entry.kind() == ExtentKind.DIRECTORY || entry.state() == Piece.State.VANISHED;
        if (bare && length > 0) {
            throw place.damaged("a chunk holds bytes of a directory or of a file that vanished");
        }
        return entry;
    }

    private record Fixed(ExtentKind kind, Piece.State state, int pathBytes, long offset, int length) {}

    /**
     * What a chunk says of one file or directory.
     *
     * @param path was found safe
     * @param offset of the first byte in the file
     * @param bytes a view of the chunk, valid while the chunk's buffer is
     */
    public record Entry(ExtentKind kind, Piece.State state, String path, long offset, ByteBuffer bytes) {}

    /** Reads what tables of entries consist of, and believes no length before it has looked. */
    static final class Reader {
        private final Place place;
        private final ByteBuffer buffer;

        Reader(Place place, ByteBuffer payload) {
            this.place = place;
            this.buffer = payload.slice().order(ByteOrder.LITTLE_ENDIAN);
        }

        /** Another reader at the same place. */
        Reader fork() {
            return new Reader(place, buffer);
        }

        int remaining() {
            return buffer.remaining();
        }

        /** The next bytes, as a view. */
        ByteBuffer slice(int length) {
            need(length);
            ByteBuffer view = buffer.slice(buffer.position(), length).order(ByteOrder.LITTLE_ENDIAN);
            buffer.position(buffer.position() + length);
            return view;
        }

        /** A number of entries that can be here if each takes at least {@code entryBytes}. */
        int count(int entryBytes) {
            need(Integer.BYTES);
            int count = buffer.getInt();
            if (count < 0 || count > buffer.remaining() / entryBytes) {
                throw place.damaged("a table claims " + Integer.toUnsignedString(count) + " entries");
            }
            return count;
        }

        byte[] bytes(int length) {
            need(length);
            byte[] bytes = new byte[length];
            buffer.get(bytes);
            return bytes;
        }

        String path(int length) {
            need(length);
            String path;
            try {
                ByteBuffer name = buffer.slice(buffer.position(), length);
                path = StandardCharsets.UTF_8.newDecoder().decode(name).toString();
            } catch (CharacterCodingException malformed) {
                throw place.damaged("a path is not UTF-8");
            }
            buffer.position(buffer.position() + length);
            if (!SafePath.isSafe(path)) {
                throw place.unsafe(path);
            }
            return path;
        }

        void finish() {
            if (buffer.hasRemaining()) {
                throw place.damaged("bytes follow a table's end");
            }
        }

        private void need(int length) {
            if (length < 0 || length > buffer.remaining()) {
                throw place.damaged("a table ends within an entry");
            }
        }
    }
}
