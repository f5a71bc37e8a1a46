package io.bakstripe.worker.restore;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** What restored files are written to and synced on. Blocks; thread-safe. */
interface Disk {
    /** Opens a file for writing, creating it for its owner alone if there is none; a symbolic link is refused. */
    FileChannel open(Path file) throws IOException;

    /** Makes durable which names a directory holds. */
    void syncDirectory(Path directory) throws IOException;

    /** The file system of this host. */
    static Disk ofHost() {
        return new HostDisk();
    }

    /** See {@link #ofHost()}. */
    final class HostDisk implements Disk {
        private static final Set<OpenOption> OPTIONS =
                Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE, LinkOption.NOFOLLOW_LINKS);
        private static final FileAttribute<Set<PosixFilePermission>> FILE_MODE =
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

        private HostDisk() {}

        @Override
        public FileChannel open(Path file) throws IOException {
            return FileChannel.open(file, OPTIONS, FILE_MODE);
        }

        @Override
        public void syncDirectory(Path directory) throws IOException {
            try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }
}
