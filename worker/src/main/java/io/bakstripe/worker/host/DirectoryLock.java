package io.bakstripe.worker.host;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The right to write into a managed server's directory, held by one owner among all processes of the host. */
final class DirectoryLock implements AutoCloseable {
    /**
     * What this process holds. The operating system gives a process's lock back when any channel to the file is closed: a second attempt must
     * not even open it.
     */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path file;
    private final FileChannel channel;
    private final FileLock lock;

    private DirectoryLock(Path file, FileChannel channel, FileLock lock) {
        this.file = file;
        this.channel = channel;
        this.lock = lock;
    }

    /** Takes the lock of {@code directory}, which is made when it is not there; empty when another owner has it. */
    static Optional<DirectoryLock> tryAcquire(Path directory) throws IOException {
        Files.createDirectories(directory);
        Path file = directory.toRealPath().resolve("lock");
        if (!HELD.add(file)) {
            return Optional.empty();
        }
        FileChannel channel = null;
        try {
            channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock = channel.tryLock();
            if (lock != null) {
                return Optional.of(new DirectoryLock(file, channel, lock));
            }
        } catch (IOException | RuntimeException failure) {
            release(file, channel);
            throw failure;
        }
        release(file, channel);
        return Optional.empty();
    }

    @Override
    public void close() throws IOException {
        try {
            lock.release();
        } finally {
            release(file, channel);
        }
    }

    private static void release(Path file, @Nullable FileChannel channel) throws IOException {
        try {
            if (channel != null) {
                channel.close();
            }
        } finally {
            HELD.remove(file);
        }
    }
}
