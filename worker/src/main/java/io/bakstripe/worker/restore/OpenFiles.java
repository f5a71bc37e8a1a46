package io.bakstripe.worker.restore;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Files open for writing, the ones used last; more than the limit only while all of them are in use. Thread-safe. */
final class OpenFiles implements AutoCloseable {
    private static final Set<OpenOption> OPTIONS =
            Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE, LinkOption.NOFOLLOW_LINKS);
    private static final FileAttribute<Set<PosixFilePermission>> FILE_MODE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    private static final int INITIAL = 64;
    private static final float LOAD = 0.75f;

    private final int max;
    private final Opener opener;
    private final Map<Path, Lease> open = new LinkedHashMap<>(INITIAL, LOAD, true);

    OpenFiles(int max) {
        this(max, file -> FileChannel.open(file, OPTIONS, FILE_MODE));
    }

    OpenFiles(int max, Opener opener) {
        this.max = max;
        this.opener = opener;
    }

    /** Opens a file for writing, creating it if there is none and refusing a symbolic link. */
    @FunctionalInterface
    interface Opener {
        FileChannel open(Path file) throws IOException;
    }

    /** Opens the file, creating it if there is none; a symbolic link is refused. The lease is closed by the caller. */
    synchronized Lease acquire(Path file) throws IOException {
        Lease lease = open.get(file);
        if (lease == null) {
            lease = new Lease(opener.open(file));
            open.put(file, lease);
        }
        lease.users++;
        closeIdle(max);
        return lease;
    }

    /** Files that are open now. */
    synchronized int count() {
        return open.size();
    }

    private void closeIdle(int keep) throws IOException {
        Iterator<Lease> oldest = open.values().iterator();
        while (open.size() > keep && oldest.hasNext()) {
            Lease lease = oldest.next();
            if (lease.users == 0) {
                oldest.remove();
                lease.channel.close();
            }
        }
    }

    /** Closes all files that nobody uses. */
    @Override
    public synchronized void close() {
        try {
            closeIdle(0);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** A file that stays open until this is closed. */
    final class Lease implements AutoCloseable {
        private final FileChannel channel;
        private int users;

        private Lease(FileChannel channel) {
            this.channel = channel;
        }

        FileChannel channel() {
            return channel;
        }

        @Override
        public void close() {
            synchronized (OpenFiles.this) {
                users--;
            }
        }
    }
}
