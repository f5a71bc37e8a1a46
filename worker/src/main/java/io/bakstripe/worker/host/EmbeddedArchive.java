package io.bakstripe.worker.host;

import java.io.BufferedInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;

/** An archive with a PostgreSQL for this machine, such as the one that comes with us on the class path, and its unpacking. */
final class EmbeddedArchive {
    private static final int OWNER_EXECUTES = 0100;

    private final Content content;

    private EmbeddedArchive(Content content) {
        this.content = content;
    }

    /** The one on the class path. */
    static EmbeddedArchive onClassPath() {
        String resource = "/" + fileName(System.getProperty("os.arch"));
        return new EmbeddedArchive(() -> {
            InputStream stream = EmbeddedArchive.class.getResourceAsStream(resource);
            if (stream == null) {
                throw new FileNotFoundException(resource + " is not on the class path");
            }
            return stream;
        });
    }

    /** One that lies in a folder under the name that all of them have. */
    static EmbeddedArchive in(Path folder) {
        Path file = folder.resolve(fileName(System.getProperty("os.arch")));
        return new EmbeddedArchive(() -> Files.newInputStream(file));
    }

    /**
     * Unpacks the archive into a folder under {@code folder} that is named by the archive's hash, unless it is there already; gives
     * that folder. Several processes may do so at once: the folder is renamed into place whole.
     */
    Path unpackInto(Path folder) throws IOException {
        Path target = folder.resolve("postgresql-" + hash());
        if (Files.isDirectory(target)) {
            return target;
        }
        Files.createDirectories(folder);
        Path unpacked = Files.createTempDirectory(
                folder,
                "unpacking-",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
        try {
            unpack(unpacked);
            Files.move(unpacked, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException failure) {
            Trees.delete(unpacked);
            // Another process was faster.
            if (!Files.isDirectory(target)) {
                throw failure;
            }
        }
        return target;
    }

    private static String fileName(String architecture) {
        return switch (architecture.toLowerCase(Locale.ROOT)) {
            case "amd64", "x86_64" -> "postgres-linux-x86_64.txz";
            case "aarch64", "arm64" -> "postgres-linux-arm_64.txz";
            default ->
                throw new IllegalStateException(
                        "no PostgreSQL is embedded for " + architecture + ": set bakstripe.worker.host.binaries");
        };
    }

    private String hash() throws IOException {
        try (DigestInputStream stream = new DigestInputStream(content.open(), MessageDigest.getInstance("SHA-256"))) {
            stream.transferTo(OutputStream.nullOutputStream());
            return HexFormat.of().formatHex(stream.getMessageDigest().digest()).substring(0, 16);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private void unpack(Path into) throws IOException {
        try (TarArchiveInputStream archive =
                new TarArchiveInputStream(new XZCompressorInputStream(new BufferedInputStream(content.open())))) {
            for (TarArchiveEntry entry = archive.getNextEntry(); entry != null; entry = archive.getNextEntry()) {
                Path path = into.resolve(entry.getName()).normalize();
                if (!path.startsWith(into)) {
                    throw new IOException(entry.getName() + " leaves the archive's folder");
                }
                if (entry.isDirectory()) {
                    Files.createDirectories(path);
                    continue;
                }
                Files.createDirectories(into.resolve(path).getParent());
                if (entry.isSymbolicLink()) {
                    Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
                } else {
                    Files.copy(archive, path);
                    boolean executable = (entry.getMode() & OWNER_EXECUTES) != 0;
                    Files.setPosixFilePermissions(
                            path, PosixFilePermissions.fromString(executable ? "rwxr-xr-x" : "rw-r--r--"));
                }
            }
        }
    }

    /** Opened anew each time. */
    private interface Content {
        InputStream open() throws IOException;
    }
}
