package io.bakstripe.worker.wal;

import io.bakstripe.protocol.name.Lsn;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The segments of one timeline on this host. Not thread-safe. */
public final class LogFiles implements LogSource, Closeable {
    private static final int WRITER_AT = 24;
    private static final int SEGMENT_BYTES_AT = 32;
    private static final int PAGE_BYTES_AT = 36;
    private static final Set<StandardOpenOption> READ = Set.of(StandardOpenOption.READ);

    private final Function<String, Optional<Path>> places;
    private final int timeline;
    private final LogLayout layout;
    private @Nullable FileChannel open;
    private String openName = "";

    /**
     * The segments in a directory.
     *
     * @param timeline whose segments are read
     */
    public LogFiles(Path directory, int timeline, LogLayout layout) {
        this(file -> Optional.of(directory.resolve(file)), timeline, layout);
    }

    /** @param places where a segment with a name lies; what is empty, or where no file is, counts as absent */
    public LogFiles(Function<String, Optional<Path>> places, int timeline, LogLayout layout) {
        this.places = places;
        this.timeline = timeline;
        this.layout = layout;
    }

    /** Reads from the beginning of a segment how the log that it belongs to is cut; {@link DamagedLogException} when that cannot be. */
    public static LogLayout layoutOf(Path segment) throws IOException {
        return headOf(segment).layout();
    }

    /** Reads what the beginning of a segment says of the log that it belongs to; {@link DamagedLogException} when that cannot be. */
    public static SegmentHead headOf(Path segment) throws IOException {
        ByteBuffer header = ByteBuffer.allocate(LogLayout.LONG_HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        try (FileChannel channel = FileChannel.open(segment, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
            fill(channel, header, 0);
        }
        String file = String.valueOf(segment.getFileName());
        if (header.hasRemaining()) {
            throw new DamagedLogException(file, new Lsn(0), "it has only " + header.position() + " bytes");
        }
        Lsn address = new Lsn(header.getLong(LogPage.ADDRESS_AT));
        try {
            return new SegmentHead(
                    address,
                    header.getLong(WRITER_AT),
                    new LogLayout(header.getInt(SEGMENT_BYTES_AT), header.getInt(PAGE_BYTES_AT)));
        } catch (IllegalArgumentException impossible) {
            throw new DamagedLogException(file, address, String.valueOf(impossible.getMessage()));
        }
    }

    /** All of it from page to page. Each has a buffer of its own, which what is overwritten later does not change. */
    public LogPages pages() {
        return new LogPages(this, timeline, layout);
    }

    /** The same, refusing segments that another server than {@code writer} wrote. */
    public LogPages pagesOf(long writer) {
        return new LogPages(this, timeline, layout, OptionalLong.of(writer));
    }

    @Override
    public void read(String file, int from, ByteBuffer into) throws IOException {
        FileChannel channel = open;
        if (channel == null || !file.equals(openName)) {
            close();
            Optional<Path> path = places.apply(file);
            if (path.isEmpty() || !Files.isRegularFile(path.get(), LinkOption.NOFOLLOW_LINKS)) {
                return;
            }
            channel = FileChannel.open(path.get(), READ);
            open = channel;
            openName = file;
        }
        fill(channel, into, from);
    }

    private static void fill(FileChannel channel, ByteBuffer buffer, long from) throws IOException {
        long begin = from - buffer.position();
        while (buffer.hasRemaining() && channel.read(buffer, begin + buffer.position()) >= 0) {
            continue;
        }
    }

    /**
     * Writes bytes of a record in place and forces them to disk: those on one page in one piece. What a reader has of that page already it keeps.
     *
     * @param begin of the record
     * @param offset of the first byte in the record
     */
    public void overwrite(Lsn begin, int offset, byte[] bytes) throws IOException {
        int done = 0;
        while (done < bytes.length) {
            Lsn at = layout.position(begin, offset + done);
            int length = Math.min(bytes.length - done, layout.pageBytes() - layout.inPage(at));
            Path file = places.apply(layout.fileName(timeline, at)).orElseThrow();
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
                channel.write(ByteBuffer.wrap(bytes, done, length), layout.inFile(at));
                channel.force(true);
            }
            done += length;
        }
    }

    @Override
    public void close() throws IOException {
        FileChannel channel = open;
        open = null;
        if (channel != null) {
            channel.close();
        }
    }

    /**
     * What the beginning of a segment says.
     *
     * @param address of its first byte
     * @param writer system identifier of the server that wrote it, unsigned
     */
    public record SegmentHead(Lsn address, long writer, LogLayout layout) {}
}
