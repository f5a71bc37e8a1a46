package io.bakstripe.sandbox.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;

/** Files with secrets. */
public final class PrivateFile {
    private PrivateFile() {}

    /** Writes a file that its owner only can read, in one step: after a failure, or a kill, it is as before or as wanted. */
    public static void replace(Path file, byte[] content) throws IOException {
        Path name = file.getFileName();
        Path folder = file.getParent();
        if (name == null || folder == null) {
            throw new IOException("no file in a folder: " + file);
        }
        // Created with its mode: the secrets must not be readable for a moment either.
        Path written = Files.createTempFile(
                folder,
                name.toString(),
                ".tmp",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try (FileChannel channel = FileChannel.open(written, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = ByteBuffer.wrap(content);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        Files.move(written, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
