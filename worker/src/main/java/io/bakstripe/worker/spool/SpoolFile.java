package io.bakstripe.worker.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A part in the spool. It grows by {@link #append} until it is sent; the release of its permit removes it, whatever is being done with it. */
public final class SpoolFile {
    private static final Logger LOG = LoggerFactory.getLogger(SpoolFile.class);

    private final Path path;
    private final FileChannel channel;
    private final Executor blocking;

    SpoolFile(Path path, FileChannel channel, Executor blocking) {
        this.path = path;
        this.channel = channel;
        this.blocking = blocking;
    }

    static SpoolFile create(Path path, Executor blocking) throws IOException {
        FileChannel channel = FileChannel.open(
                path,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        return new SpoolFile(path, channel, blocking);
    }

    /** Where the bytes are, for whoever sends them. */
    public Path path() {
        return path;
    }

    /**
     * Writes bytes behind those that are there; one call after the other. The bytes are not synced: a spool is worth nothing after a crash.
     *
     * @return fails with {@code SPOOL_FAILED} when the disk is full or broken, or when the file was removed meanwhile
     */
    public CompletableFuture<Void> append(List<ByteBuffer> bytes) {
        return CompletableFuture.runAsync(
                () -> {
                    try {
                        for (ByteBuffer buffer : bytes) {
                            ByteBuffer rest = buffer.duplicate();
                            while (rest.hasRemaining()) {
                                channel.write(rest);
                            }
                        }
                    } catch (IOException failed) {
                        throw Spool.failure(path, failed);
                    }
                },
                blocking);
    }

    /** Blocks. Never throws: what cannot be removed now goes with the next start. */
    void remove() {
        try {
            channel.close();
            Files.deleteIfExists(path);
        } catch (IOException failed) {
            LOG.warn("{} stays until the next start: {}", path, failed.toString());
        }
    }
}
