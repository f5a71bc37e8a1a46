package io.bakstripe.worker.host;

import io.bakstripe.protocol.name.Lsn;
import io.bakstripe.worker.wal.LogFiles;
import io.bakstripe.worker.wal.LogLayout;
import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The log segments of a database that is rolled forward: those that it has in {@code pg_wal}, and those that a step brought beside it. A segment of which the
 * database has proven a beginning stays what it is, since paths were taken out of it; of all others what the step brought counts.
 *
 * @param log the database's {@code pg_wal}
 * @param brought a directory with what the step brought; need not be there
 * @param timeline of all of them
 * @param layout how the log is cut
 * @param writer system identifier of the server that must have written them, unsigned
 * @param proven up to here the database has the log
 * @param end up to here, not including, it is to have it
 */
record RolledSegments(Path log, Path brought, int timeline, LogLayout layout, long writer, Lsn proven, Lsn end) {
    private static final Pattern SEGMENT = Pattern.compile("[0-9A-F]{24}(\\.partial)?");
    private static final int NAME_LENGTH = 24;

    /** One at a time; what a crash leaves of it is written over by the next one. */
    private static final String COPY = "bakstripe.copy";

    /** To be read from; what lies at or behind {@link #end} is not. */
    LogFiles files() {
        return new LogFiles(this::place, timeline, layout);
    }

    private Optional<Path> place(String name) {
        Lsn begin = layout.begin(name);
        if (begin.compareTo(end) >= 0) {
            return Optional.empty();
        }
        Path own = log.resolve(name);
        Path theirs = brought.resolve(name);
        boolean keeps = begin.compareTo(proven) < 0 && there(own);
        return Optional.of(keeps || !there(theirs) ? own : theirs);
    }

    /**
     * Moves what was read from {@link #brought} up to {@code last} to where the database has its log, and makes that durable; safe to repeat. Where both are on
     * different file systems it is copied.
     */
    void moveIn(Lsn last) throws IOException {
        for (Lsn at = layout.segmentOf(proven); at.compareTo(last) < 0; at = layout.nextSegment(at)) {
            String name = layout.fileName(timeline, at);
            Path from = place(name).orElseThrow();
            if (from.startsWith(brought)) {
                moveIn(from, log.resolve(name));
            }
        }
        Trees.sync(log);
    }

    private void moveIn(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException otherFileSystem) {
            Path copy = log.resolve(COPY);
            Files.copy(from, copy, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.COPY_ATTRIBUTES);
            Trees.sync(copy);
            Files.move(copy, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** Removes the segments in {@code log} in which nothing lies before {@code end}. */
    static void removeBehind(Path log, LogLayout layout, Lsn end) throws IOException {
        List<Path> behind;
        try (Stream<Path> all = Files.list(log)) {
            behind = all.filter(path ->
                            SEGMENT.matcher(path.getFileName().toString()).matches())
                    .filter(path -> layout.begin(path.getFileName().toString().substring(0, NAME_LENGTH))
                                    .compareTo(end)
                            >= 0)
                    .toList();
        }
        for (Path each : behind) {
            Files.delete(each);
        }
        Trees.sync(log);
    }

    private static boolean there(Path segment) {
        return Files.isRegularFile(segment, LinkOption.NOFOLLOW_LINKS);
    }
}
