package io.bakstripe.worker.restore;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.BakstripeException;
import io.bakstripe.protocol.name.HostName;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.stripe.ExtentKind;
import io.bakstripe.worker.engine.Piece;
import io.bakstripe.worker.format.SafePath;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * Writes pieces to where they belong in a target directory. Thread-safe: pieces may come in any order and from many threads. All methods block.
 *
 * <p>Nothing is written outside the directory: unsafe paths are refused, and so is every symbolic link on the way. Failures of the disk throw {@code
 * HOST_IO}. What was written is durable only after {@link #sync} and {@link #syncDirectories} of its path returned.
 */
final class DataDirectoryWriter implements AutoCloseable {
    private static final FileAttribute<Set<PosixFilePermission>> DIRECTORY_MODE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private final HostName host;
    private final Path root;
    private final OpenFiles files;
    private final Set<Path> known = ConcurrentHashMap.newKeySet();
    private final Map<String, Piece.State> irregular = new ConcurrentHashMap<>();
    private final ReadWriteLock life = new ReentrantReadWriteLock();
    private volatile boolean closed;

    /** @param root exists and is empty */
    DataDirectoryWriter(HostName host, Path root, int maxOpenFiles) {
        this.host = host;
        this.root = root;
        this.files = new OpenFiles(maxOpenFiles);
        known.add(root);
    }

    /**
     * Writes a piece.
     *
     * @param from the file that holds the piece, for refusals
     */
    void apply(S3Arn from, Piece piece) {
        String path = piece.path();
        if (!SafePath.isSafe(path)) {
            throw unsafe(from, path);
        }
        guarded(path, () -> {
            Path target = root.resolve(path);
            if (piece.kind() == ExtentKind.DIRECTORY) {
                if (piece.state() != Piece.State.VANISHED) {
                    makeDirectory(from, path, target);
                } else {
                    irregular.put(path, Piece.State.VANISHED);
                }
                return;
            }
            if (piece.state() != Piece.State.WHOLE) {
                // A file of which any piece vanished is gone, whatever its other pieces say.
                irregular.merge(path, piece.state(), (was, is) -> was == Piece.State.VANISHED ? was : is);
            }
            if (piece.state() != Piece.State.VANISHED) {
                makeDirectory(from, path, parentOf(target));
                write(from, piece, target);
            }
        });
    }

    private void write(S3Arn from, Piece piece, Path target) throws IOException {
        try (OpenFiles.Lease lease = files.acquire(target)) {
            ByteBuffer bytes = ByteBuffer.wrap(piece.bytes());
            long position = piece.offset();
            while (bytes.hasRemaining()) {
                position += lease.channel().write(bytes, position);
            }
        } catch (IOException failed) {
            if (Files.isSymbolicLink(target)) {
                throw unsafe(from, piece.path());
            }
            throw failed;
        }
    }

    private void makeDirectory(S3Arn from, String path, Path directory) throws IOException {
        if (known.contains(directory)) {
            return;
        }
        makeDirectory(from, path, parentOf(directory));
        try {
            Files.createDirectory(directory, DIRECTORY_MODE);
        } catch (FileAlreadyExistsException exists) {
            if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
                throw unsafe(from, path);
            }
        }
        known.add(directory);
    }

    /** Makes the contents of these files durable, as far as they exist. */
    void sync(Collection<String> paths) {
        for (String path : paths) {
            guarded(path, () -> {
                Path target = root.resolve(path);
                if (Files.isRegularFile(target, LinkOption.NOFOLLOW_LINKS)) {
                    try (OpenFiles.Lease lease = files.acquire(target)) {
                        lease.channel().force(true);
                    }
                }
            });
        }
    }

    /** Makes durable that these paths exist: syncs every directory on the way to them, and themselves where they are directories. */
    void syncDirectories(Collection<String> paths) {
        Set<Path> directories = new TreeSet<>();
        for (String path : paths) {
            for (Path at = root.resolve(path); !at.equals(root); at = parentOf(at)) {
                if (known.contains(at) && !directories.add(at)) {
                    break;
                }
            }
        }
        directories.add(root);
        for (Path directory : directories) {
            guarded(directory.toString(), () -> {
                try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                    channel.force(true);
                }
            });
        }
    }

    /** Removes files that vanished while they were backed up although earlier pieces of them were written, and makes that durable. */
    void removeVanished() {
        irregular.forEach((path, state) -> {
            if (state == Piece.State.VANISHED) {
                guarded(path, () -> {
                    if (!known.contains(root.resolve(path)) && Files.deleteIfExists(root.resolve(path))) {
                        syncDirectories(Set.of(path));
                    }
                });
            }
        });
    }

    /** What is irregular about a file, if anything. */
    Optional<Piece.State> irregular(String path) {
        return Optional.ofNullable(irregular.get(path));
    }

    Path root() {
        return root;
    }

    /** Refuses whatever is called later; does not wait for what is being written. Never blocks. */
    void refuse() {
        closed = true;
    }

    /** Ends all writing: whatever is called later throws, and once this returns nothing is being written any more. */
    @Override
    public void close() {
        refuse();
        life.writeLock().lock();
        try {
            files.close();
        } finally {
            life.writeLock().unlock();
        }
    }

    private void guarded(String path, DiskAction action) {
        life.readLock().lock();
        try {
            if (closed) {
                throw new IllegalStateException("the restore into " + root + " was stopped");
            }
            action.run();
        } catch (IOException failed) {
            throw BackupError.HOST_IO.problem(host, path, failed.toString()).asException(failed);
        } finally {
            life.readLock().unlock();
        }
    }

    private static BakstripeException unsafe(S3Arn from, String path) {
        return BackupError.PATH_UNSAFE.problem(from, path).asException();
    }

    private Path parentOf(Path path) {
        Path parent = path.getParent();
        return parent == null ? root : parent;
    }

    @FunctionalInterface
    private interface DiskAction {
        void run() throws IOException;
    }
}
