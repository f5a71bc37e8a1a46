package io.bakstripe.bench;

import io.bakstripe.protocol.name.Lsn;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * How many pages of tables and indexes bear a position in the log at or behind a given one: what has changed, counted from the files and not from what the
 * server says of it.
 *
 * @param pages of all databases
 */
record ChangedPages(long changed, long pages) {
    private static final int PAGE = 8192;
    private static final int PAGES_AT_ONCE = 128;
    /** Their main forks, without the maps of free space and visibility. */
    private static final Pattern RELATION = Pattern.compile("[0-9]+(\\.[0-9]+)?");

    /** Reads all files of a data directory that its server has written everything to. */
    static ChangedPages count(Path pgdata, Lsn since) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(pgdata.resolve("base"))) {
            files = all.filter(file ->
                            RELATION.matcher(file.getFileName().toString()).matches())
                    .filter(Files::isRegularFile)
                    .toList();
        }
        long changed = 0;
        long pages = 0;
        for (Path file : files) {
            try (FileChannel channel = FileChannel.open(file)) {
                ByteBuffer read =
                        ByteBuffer.allocateDirect(PAGE * PAGES_AT_ONCE).order(ByteOrder.LITTLE_ENDIAN);
                while (channel.read(read) > 0) {
                    for (int at = 0; at + PAGE <= read.position(); at += PAGE) {
                        pages++;
                        changed += position(read, at).compareTo(since) >= 0 ? 1 : 0;
                    }
                    read.clear();
                }
            }
        }
        return new ChangedPages(changed, pages);
    }

    /** Of this part of all pages. */
    double share() {
        return (double) changed / pages;
    }

    long bytes() {
        return pages * PAGE;
    }

    private static Lsn position(ByteBuffer pages, int at) {
        return new Lsn(
                (pages.getInt(at) & 0xFFFF_FFFFL) << Integer.SIZE | pages.getInt(at + Integer.BYTES) & 0xFFFF_FFFFL);
    }
}
