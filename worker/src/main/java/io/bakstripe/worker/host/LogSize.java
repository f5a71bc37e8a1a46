package io.bakstripe.worker.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * How much log a server may keep between checkpoints. A server does not start unless its limits are two segments at least, and the size of a segment was
 * chosen when it was made, or when the source of its backup was.
 *
 * @param segmentBytes size of one segment
 */
record LogSize(long segmentBytes) {
    private static final Pattern SEGMENT = Pattern.compile("[0-9A-F]{24}");
    private static final long USUAL_SEGMENT = 16L << 20;
    private static final long USUAL_LEAST = 80L << 20;
    private static final long USUAL_MOST = 1L << 30;
    private static final int LEAST_SEGMENTS = 2;
    private static final int MOST_SEGMENTS = 4;

    /** By the segments that lie in a data directory: all have one size. */
    static LogSize of(Path data) throws IOException {
        Path folder = data.resolve("pg_wal");
        if (!Files.isDirectory(folder)) {
            return new LogSize(USUAL_SEGMENT);
        }
        long largest = 0;
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                if (SEGMENT.matcher(file.getFileName().toString()).matches()) {
                    largest = Math.max(largest, Files.size(file));
                }
            }
        }
        return new LogSize(largest == 0 ? USUAL_SEGMENT : largest);
    }

    /** For {@code min_wal_size}. */
    String least() {
        return megabytes(Math.max(USUAL_LEAST, LEAST_SEGMENTS * segmentBytes));
    }

    /** For {@code max_wal_size}. */
    String most() {
        return megabytes(Math.max(USUAL_MOST, MOST_SEGMENTS * segmentBytes));
    }

    private static String megabytes(long bytes) {
        return (bytes >> 20) + "MB";
    }
}
