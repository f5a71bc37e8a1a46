package io.bakstripe.worker.restore;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** The disk of this host, whose writes and syncs are written down in order and which can be full. Thread-safe. */
final class WatchedDisk implements Disk {
    private final Disk disk = Disk.ofHost();
    private final AtomicLong free = new AtomicLong(Long.MAX_VALUE);
    private final List<String> log = new ArrayList<>();

    /** From now on it takes this many bytes. */
    void free(long bytes) {
        free.set(bytes);
    }

    /** Notes something of the caller's between what the disk notes. */
    synchronized void note(String text) {
        log.add(text);
    }

    /** {@code write PATH@OFFSET}, {@code sync PATH}, and what was noted, in order. */
    synchronized List<String> log() {
        return List.copyOf(log);
    }

    @Override
    public FileChannel open(Path file) throws IOException {
        return new Watched(file, disk.open(file));
    }

    @Override
    public void syncDirectory(Path directory) throws IOException {
        disk.syncDirectory(directory);
        note("sync " + directory);
    }

    private final class Watched extends FileChannel {
        private final Path file;
        private final FileChannel channel;

        Watched(Path file, FileChannel channel) {
            this.file = file;
            this.channel = channel;
        }

        @Override
        public int write(ByteBuffer bytes, long position) throws IOException {
            if (free.addAndGet(-bytes.remaining()) < 0) {
                throw new IOException("No space left on device");
            }
            int written = channel.write(bytes, position);
            note("write " + file + "@" + position);
            return written;
        }

        @Override
        public void force(boolean metadata) throws IOException {
            channel.force(metadata);
            note("sync " + file);
        }

        @Override
        protected void implCloseChannel() throws IOException {
            channel.close();
        }

        @Override
        public long size() throws IOException {
            return channel.size();
        }

        @Override
        public int read(ByteBuffer bytes) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long read(ByteBuffer[] bytes, int offset, int length) {
            throw new UnsupportedOperationException();
        }

        @Override
        public int write(ByteBuffer bytes) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long write(ByteBuffer[] bytes, int offset, int length) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long position() {
            throw new UnsupportedOperationException();
        }

        @Override
        public FileChannel position(long position) {
            throw new UnsupportedOperationException();
        }

        @Override
        public FileChannel truncate(long size) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long transferTo(long position, long count, WritableByteChannel target) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long transferFrom(ReadableByteChannel source, long position, long count) {
            throw new UnsupportedOperationException();
        }

        @Override
        public int read(ByteBuffer bytes, long position) {
            throw new UnsupportedOperationException();
        }

        @Override
        public MappedByteBuffer map(MapMode mode, long position, long size) {
            throw new UnsupportedOperationException();
        }

        @Override
        public FileLock lock(long position, long size, boolean shared) {
            throw new UnsupportedOperationException();
        }

        @Override
        public FileLock tryLock(long position, long size, boolean shared) {
            throw new UnsupportedOperationException();
        }
    }
}
