package io.bakstripe.node;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A node's data folder, held by one process at a time through a lock of the operating system, which a killed process loses. */
final class DataFolder implements AutoCloseable {
    private final FileChannel channel;

    private DataFolder(FileChannel channel) {
        this.channel = channel;
    }

    /** Creates the folder if need be and takes it; throws {@link StartFailure} when another process holds it, or when it cannot be written. */
    static DataFolder take(Path folder) throws IOException {
        FileChannel channel = open(folder);
        FileLock lock = channel.tryLock();
        if (lock == null) {
            channel.close();
            throw StartFailure.folderInUse(folder);
        }
        return new DataFolder(channel);
    }

    private static FileChannel open(Path folder) throws StartFailure {
        try {
            Files.createDirectories(folder);
            return FileChannel.open(folder.resolve("node.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        } catch (IOException unusable) {
            throw StartFailure.folderUnusable(folder, unusable);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
