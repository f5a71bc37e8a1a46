package io.bakstripe.worker.host;

import io.bakstripe.protocol.name.Lsn;
import io.bakstripe.worker.wal.LogLayout;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * Makes the log of a database that is RESTORING end where it is proven, for as long as its server runs to be read: such a server replays all log that it finds. Where
 * that is in the middle of a segment, a copy of the segment takes its place that is blank from there on; the segment itself lies beside meanwhile.
 *
 * <p>For a server that does not run. All methods can be repeated, after a crash too.
 */
final class ReadableLog {
    private static final int BLANK_BYTES = 1 << 20;

    private final Path log;
    private final Path aside;
    private final Path copy;
    private final Path segment;
    private final LogLayout layout;
    private final Lsn end;

    ReadableLog(ServerDirectory directory, Rolled rolled) {
        this.layout = rolled.layout();
        this.end = rolled.end();
        this.log = directory.log();
        this.segment = log.resolve(layout.fileName(rolled.timeline(), end));
        this.aside = directory.root().resolve("pg_wal.segment");
        this.copy = directory.root().resolve("pg_wal.copy");
    }

    /** Lets the log end; {@link #whole} undoes it. */
    void cut() throws IOException {
        whole();
        if (layout.segmentOf(end).equals(end) || !Files.exists(segment)) {
            return;
        }
        Files.copy(segment, copy, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.COPY_ATTRIBUTES);
        blank(copy);
        Files.move(segment, aside, StandardCopyOption.ATOMIC_MOVE);
        Trees.sync(aside.resolveSibling("."));
        Files.move(copy, segment, StandardCopyOption.ATOMIC_MOVE);
        Trees.sync(log);
    }

    /** Puts the segment back, and removes all log behind what is proven. */
    void whole() throws IOException {
        if (Files.exists(aside)) {
            Files.move(aside, segment, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            Trees.sync(aside.resolveSibling("."));
        }
        Files.deleteIfExists(copy);
        RolledSegments.removeBehind(log, layout, end);
    }

    /**
     * Lets the log end for good, for a server that has stopped rolling forward and will not be told again how far to: one that died before the checkpoint with which it
     * opens replays all log that it finds. Nothing happens when that checkpoint is there: the server may have written behind the end itself.
     */
    void endForGood(Path data) throws IOException {
        boolean opened = ServerLimits.checkpoint(data)
                .filter(there -> there.compareTo(end) >= 0)
                .isPresent();
        if (!opened && !layout.segmentOf(end).equals(end) && Files.exists(segment)) {
            blank(segment);
        }
    }

    private void blank(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            long size = channel.size();
            ByteBuffer zeros = ByteBuffer.allocate(BLANK_BYTES);
            long at = end.value() - layout.segmentOf(end).value();
            while (at < size) {
                zeros.clear().limit((int) Math.min(zeros.capacity(), size - at));
                at += channel.write(zeros, at);
            }
            channel.force(true);
        }
    }
}
