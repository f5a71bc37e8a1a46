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
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The segments of one timeline in a directory, read forwards. Not thread-safe. */
public final class LogFiles implements Closeable {
    private static final int SEGMENT_BYTES_AT = 32;
    private static final int PAGE_BYTES_AT = 36;
    private static final int READ_BYTES = 1 << 20;
    private static final Set<StandardOpenOption> READ = Set.of(StandardOpenOption.READ);

    private final Path directory;
    private final int timeline;
    private final LogLayout layout;
    private final ByteBuffer read = ByteBuffer.allocate(READ_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private Lsn readFrom = new Lsn(0);
    private @Nullable FileChannel open;
    private String openName = "";

    /** @param timeline whose segments are read */
    public LogFiles(Path directory, int timeline, LogLayout layout) {
        this.directory = directory;
        this.timeline = timeline;
        this.layout = layout;
        this.read.limit(0);
    }

    /** Reads from the beginning of a segment how the log that it belongs to is cut; {@link DamagedLogException} when that cannot be. */
    public static LogLayout layoutOf(Path segment) throws IOException {
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
            return new LogLayout(header.getInt(SEGMENT_BYTES_AT), header.getInt(PAGE_BYTES_AT));
        } catch (IllegalArgumentException impossible) {
            throw new DamagedLogException(file, address, String.valueOf(impossible.getMessage()));
        }
    }

    /** How this log is cut. */
    public LogLayout layout() {
        return layout;
    }

    /** The page that begins at this position; null when its file is not there, ends before it, or is blank there. */
    @Nullable LogPage page(Lsn begin) throws IOException {
        if (!held(begin)) {
            load(begin);
            if (!held(begin)) {
                return null;
            }
        }
        int from = (int) (begin.value() - readFrom.value());
        LogPage page = new LogPage(begin, read.slice(from, layout.pageBytes()).order(ByteOrder.LITTLE_ENDIAN));
        if (page.blank()) {
            return null;
        }
        if (!page.address().equals(begin)) {
            throw damaged(begin, "the page is of " + page.address());
        }
        if (!page.flagsKnown()) {
            throw damaged(begin, "the page has unknown flags");
        }
        return page;
    }

    private boolean held(Lsn page) {
        long from = page.value() - readFrom.value();
        return from >= 0 && from + layout.pageBytes() <= read.limit();
    }

    private void load(Lsn page) throws IOException {
        String name = layout.fileName(timeline, page);
        read.clear().limit(0);
        FileChannel channel = open;
        if (channel == null || !name.equals(openName)) {
            close();
            Path file = directory.resolve(name);
            if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                return;
            }
            channel = FileChannel.open(file, READ);
            open = channel;
            openName = name;
        }
        read.limit(Math.min(READ_BYTES, layout.segmentBytes() - layout.inFile(page)));
        fill(channel, read, layout.inFile(page));
        read.flip();
        readFrom = page;
    }

    private static void fill(FileChannel channel, ByteBuffer buffer, long from) throws IOException {
        while (buffer.hasRemaining() && channel.read(buffer, from + buffer.position()) >= 0) {
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
            Path file = directory.resolve(layout.fileName(timeline, at));
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
                channel.write(ByteBuffer.wrap(bytes, done, length), layout.inFile(at));
                channel.force(true);
            }
            done += length;
        }
    }

    DamagedLogException damaged(Lsn at, String what) {
        return new DamagedLogException(layout.fileName(timeline, at), at, what);
    }

    @Override
    public void close() throws IOException {
        FileChannel channel = open;
        open = null;
        if (channel != null) {
            channel.close();
        }
    }
}
