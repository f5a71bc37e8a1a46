package io.bakstripe.worker.restore;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/** Files open for writing, the ones used last; more than the limit only while all of them are in use. Thread-safe. */
final class OpenFiles implements AutoCloseable {
    private static final int INITIAL = 64;
    private static final float LOAD = 0.75f;

    private final int max;
    private final Disk disk;
    private final Map<Path, Lease> open = new LinkedHashMap<>(INITIAL, LOAD, true);

    OpenFiles(int max, Disk disk) {
        this.max = max;
        this.disk = disk;
    }

    /** Where the files are. */
    Disk disk() {
        return disk;
    }

    /** Opens the file, creating it if there is none; a symbolic link is refused. The lease is closed by the caller. */
    synchronized Lease acquire(Path file) throws IOException {
        Lease lease = open.get(file);
        if (lease == null) {
            lease = new Lease(disk.open(file));
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
