package io.bakstripe.worker.spool;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.BakstripeException;
import io.bakstripe.worker.budget.ByteBudget;
import io.bakstripe.worker.budget.ByteBudget.Permit;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A folder for parts on their way to the store that are too large for the node's memory. All files in it together take at most the limit: who wants to
 * spool a part acquires its bytes from {@link #budget} first and waits while too many are held.
 *
 * <p>A file lives exactly as long as the permit that it was made for; files that a killed node left are removed by the next {@link #open}. Nothing is
 * ever read back from an earlier start. Thread-safe.
 */
public final class Spool implements AutoCloseable {
    private static final String SUFFIX = ".part";

    private final SpoolSettings settings;
    private final FileChannel lock;
    private final Executor blocking;
    private final ByteBudget budget;
    private final AtomicLong names = new AtomicLong();

    private Spool(SpoolSettings settings, FileChannel lock, Executor blocking) {
        this.settings = settings;
        this.lock = lock;
        this.blocking = blocking;
        this.budget = new ByteBudget(settings.limit());
    }

    /**
     * Takes the folder, creating it if there is none, and empties it. Blocks.
     *
     * @param blocking where files are written and removed
     * @throws UncheckedIOException when the folder cannot be used, or another node uses it
     */
    public static Spool open(SpoolSettings settings, Executor blocking) {
        Path folder = settings.folder();
        try {
            if (!Files.isDirectory(folder)) {
                Files.createDirectories(
                        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            }
            FileChannel lock = lock(folder);
            try (DirectoryStream<Path> left = Files.newDirectoryStream(folder, "*" + SUFFIX)) {
                for (Path file : left) {
                    Files.delete(file);
                }
            }
            return new Spool(settings, lock, blocking);
        } catch (IOException failed) {
            throw new UncheckedIOException("the spool " + folder + " cannot be used: " + failed.getMessage(), failed);
        }
    }

    private static FileChannel lock(Path folder) throws IOException {
        FileChannel channel =
                FileChannel.open(folder.resolve("spool.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            FileLock lock = channel.tryLock();
            if (lock != null) {
                return channel;
            }
        } catch (OverlappingFileLockException sameProcess) {
            // Told below, like the lock of another process.
        }
        channel.close();
        throw new IOException("another node uses it");
    }

    /** The bytes that files may take; {@link ByteBudget#total()} is the limit. */
    public ByteBudget budget() {
        return budget;
    }

    /** Size in bytes from which on parts are spooled. */
    public long above() {
        return settings.above();
    }

    /**
     * Makes an empty file.
     *
     * @param permit of {@link #budget}, whose release from now on removes the file before its bytes are free again
     */
    public CompletableFuture<SpoolFile> create(Permit permit) {
        Path path = settings.folder().resolve(names.incrementAndGet() + SUFFIX);
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        SpoolFile file = SpoolFile.create(path, blocking);
                        permit.beforeRelease(freed -> blocking.execute(() -> {
                            file.remove();
                            freed.run();
                        }));
                        return file;
                    } catch (IOException failed) {
                        throw failure(path, failed);
                    }
                },
                blocking);
    }

    static BakstripeException failure(Path path, IOException failed) {
        String reason = failed.getMessage() == null ? failed.toString() : failed.getMessage();
        return BackupError.SPOOL_FAILED
                .problem(String.valueOf(path.getParent()), reason)
                .asException(failed);
    }

    /** Gives the folder free for another node. Files of permits that are still held are removed by whoever opens it next. */
    @Override
    public void close() {
        try {
            lock.close();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
