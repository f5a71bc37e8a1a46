package io.bakstripe.worker.restore;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.name.HostName;
import io.bakstripe.protocol.stripe.ExtentKind;
import io.bakstripe.worker.engine.Piece;
import io.bakstripe.worker.format.Chunk;
import io.bakstripe.worker.format.Place;
import io.bakstripe.worker.format.SafePath;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * Writes pieces to where they belong in a target directory. Thread-safe: pieces may come in any order and from many threads. All methods block.
 *
 * <p>Nothing is written outside the directory: unsafe paths are refused, and so is every symbolic link on the way. Failures of the disk throw {@code
 * HOST_IO}. What was written is durable only after {@link #sync} and {@link #syncDirectories} of its path returned. A directory that is not empty is
 * written {@linkplain #over over}, file by file.
 */
final class DataDirectoryWriter implements AutoCloseable {
    private static final FileAttribute<Set<PosixFilePermission>> DIRECTORY_MODE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    /** A busy database removes and cuts some thousand files during a backup, not millions. */
    private static final int MAX_IRREGULAR = 1_000_000;

    private final HostName host;
    private final Path root;
    private final OpenFiles files;
    private final PieceLedger ledger = new PieceLedger();
    private final Optional<BlockLedger> blocks;
    private final Set<Path> known = ConcurrentHashMap.newKeySet();
    private final Map<String, Piece.State> irregular = new ConcurrentHashMap<>();
    private final ReadWriteLock life = new ReentrantReadWriteLock();
    private volatile boolean closed;

    /**
     * @param root exists and is empty
     * @param files opens what is written; closed by this
     */
    DataDirectoryWriter(HostName host, Path root, OpenFiles files) {
        this(host, root, files, Optional.empty());
    }

    /** Writes over what is in the directory; what is written of each block is noted. */
    static DataDirectoryWriter over(HostName host, Path root, OpenFiles files) {
        return new DataDirectoryWriter(host, root, files, Optional.of(new BlockLedger()));
    }

    private DataDirectoryWriter(HostName host, Path root, OpenFiles files, Optional<BlockLedger> blocks) {
        this.blocks = blocks;
        this.host = host;
        this.root = root;
        this.files = files;
        known.add(root);
    }

    /**
     * Writes an entry of a chunk.
     *
     * @param from where it stands, for refusals
     */
    void apply(Place from, Chunk.Entry entry) {
        String path = entry.path();
        if (!SafePath.isSafe(path)) {
            throw from.unsafe(path);
        }
        guarded(path, () -> {
            Path target = root.resolve(path);
            if (entry.kind() == ExtentKind.DIRECTORY) {
                if (entry.state() != Piece.State.VANISHED) {
                    makeDirectory(from, path, target);
                } else {
                    notice(from, path, Piece.State.VANISHED);
                }
                return;
            }
            if (entry.state() != Piece.State.WHOLE) {
                notice(from, path, entry.state());
            }
            if (entry.state() != Piece.State.VANISHED) {
                makeDirectory(from, path, parentOf(target));
                write(from, entry, target);
            }
        });
    }

    private void notice(Place from, String path, Piece.State state) {
        // A file of which any piece vanished is gone, whatever its other pieces say.
        irregular.merge(path, state, (was, is) -> was == Piece.State.VANISHED ? was : is);
        if (irregular.size() > MAX_IRREGULAR) {
            throw from.damaged("more than " + MAX_IRREGULAR + " files came up short or vanished");
        }
    }

    private void write(Place from, Chunk.Entry entry, Path target) throws IOException {
        try (OpenFiles.Lease lease = files.acquire(target)) {
            ByteBuffer bytes = entry.bytes();
            long position = entry.offset();
            int length = bytes.remaining();
            ledger.add(entry.path(), entry.offset(), length);
            blocks.ifPresent(noted -> noted.add(entry.path(), entry.offset(), length));
            while (bytes.hasRemaining()) {
                position += lease.channel().write(bytes, position);
            }
        } catch (IOException failed) {
            if (Files.isSymbolicLink(target)) {
                throw from.unsafe(entry.path());
            }
            if (Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS)) {
                throw from.damaged(entry.path() + " is both a file and a directory");
            }
            throw failed;
        }
    }

    /** Makes a directory and those on the way to it, as far as they are not there; throws what is no directory. */
    void makeDirectory(Place from, String path, Path directory) throws IOException {
        if (known.contains(directory)) {
            return;
        }
        makeDirectory(from, path, parentOf(directory));
        try {
            Files.createDirectory(directory, DIRECTORY_MODE);
        } catch (FileAlreadyExistsException exists) {
            if (Files.isSymbolicLink(directory)) {
                throw from.unsafe(path);
            }
            if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
                throw from.damaged(path + " is below a file");
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
                        // The size and the place of the data are synced too; only times are not.
                        lease.channel().force(false);
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
            guarded(directory.toString(), () -> files.disk().syncDirectory(directory));
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

    /** Whether the pieces that were written cover this file from its beginning to {@code size} exactly once. */
    boolean covers(String path, long size) {
        return ledger.covers(path, size);
    }

    /** Whether the pieces of a file that was written over are so many bytes, none of them twice. */
    boolean holds(String path, long bytes) {
        return blocks.map(noted -> noted.holds(path, bytes)).orElse(false);
    }

    /** Behind the last byte that was written of a file that was written over. */
    long writtenEnd(String path) {
        return blocks.map(noted -> noted.end(path)).orElse(0L);
    }

    /** Whether a file was written over. */
    boolean wrote(String path) {
        return blocks.map(noted -> noted.knows(path)).orElse(false);
    }

    /** Facts of what is at this path, itself and not what it links to; empty when nothing is there. */
    Optional<BasicFileAttributes> found(String path) {
        AtomicReference<BasicFileAttributes> found = new AtomicReference<>();
        guarded(path, () -> {
            try {
                found.set(
                        Files.readAttributes(root.resolve(path), BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS));
            } catch (NoSuchFileException absent) {
                found.set(null);
            }
        });
        return Optional.ofNullable(found.get());
    }

    Path root() {
        return root;
    }

    OpenFiles files() {
        return files;
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

    /** Does something that may fail as the disk does, unless writing has ended. */
    void guarded(String path, DiskAction action) {
        life.readLock().lock();
        try {
            if (closed) {
                throw new IllegalStateException("the restore into " + root + " was stopped");
            }
            action.run();
        } catch (IOException failed) {
            throw BackupError.HOST_IO.problem(host, path, text(failed)).asException(failed);
        } catch (InvalidPathException unknown) {
            // The locale of this process decides which names it can write.
            throw BackupError.HOST_IO.problem(host, path, unknown.getReason()).asException(unknown);
        } finally {
            life.readLock().unlock();
        }
    }

    /** The system's own words where it has some: "No space left on device". */
    private static String text(IOException failed) {
        String message = failed.getMessage();
        return failed.getClass() == IOException.class && message != null ? message : failed.toString();
    }

    Path parentOf(Path path) {
        Path parent = path.getParent();
        return parent == null ? root : parent;
    }

    /** Something that is done on the disk. */
    @FunctionalInterface
    interface DiskAction {
        void run() throws IOException;
    }
}
