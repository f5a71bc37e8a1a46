package io.bakstripe.worker.host;

import io.bakstripe.protocol.error.BackupError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Where the tablespaces of a managed server lie: each in {@code tablespaces/<oid>} beside the data directory, and {@code pg_tblspc/<oid>} is a link to
 * it. Nothing that a backup says of paths is used.
 *
 * <p>A restored tablespace is a plain directory {@code pg_tblspc/<oid>} at first, because no link is followed while files are written. It is moved
 * and linked before the server's first start. So is every tablespace that the log will create: a server that finds something else than a link in
 * {@code pg_tblspc} when it has rolled forward gives up.
 *
 * <p>The methods that change something are for a server that does not run, and may be repeated after a crash at any point: a directory that lost its
 * link between move and linking gets it back.
 */
final class Tablespaces {
    private static final Pattern IDENTIFIER = Pattern.compile("[1-9][0-9]{0,9}");
    private static final FileAttribute<Set<PosixFilePermission>> PRIVATE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private final ServerDirectory directory;
    private final Path links;

    Tablespaces(ServerDirectory directory) {
        this.directory = directory;
        this.links = directory.data().resolve("pg_tblspc");
    }

    /**
     * Takes over the tablespaces of a restored data directory before its first start: moves and links them, makes room for those that the log
     * creates and takes their original paths out of it. {@code tablespace_map}, by which the server would make links to the source's paths, is
     * kept beside as {@code tablespace_map.restored}. {@code MANIFEST_MISMATCH} when a link came from elsewhere.
     *
     * @param created by the log that is to be replayed; their paths must not be in it any more
     */
    void takeOver(Set<Long> created) throws IOException {
        Path data = directory.data();
        Path map = data.resolve("tablespace_map");
        if (Files.exists(map, LinkOption.NOFOLLOW_LINKS)) {
            Files.move(map, data.resolve("tablespace_map.restored"), StandardCopyOption.REPLACE_EXISTING);
            Trees.sync(data);
        }
        makeRoom(created);
        for (Path entry : entries(links)) {
            if (Files.isSymbolicLink(entry) && !isOurs(entry)) {
                throw BackupError.MANIFEST_MISMATCH
                        .problem("pg_tblspc/" + entry.getFileName() + " is a link")
                        .asException();
            }
        }
        arrange(true);
    }

    /** Makes empty tablespaces and their links for those that further log creates. */
    void add(Set<Long> created) throws IOException {
        makeRoom(created);
        arrange(true);
    }

    private void makeRoom(Set<Long> created) throws IOException {
        for (long each : created) {
            if (!present(links.resolve(Long.toString(each)))) {
                Files.createDirectories(home(Long.toString(each)), PRIVATE);
            }
        }
    }

    /** Makes them plain directories again in the place of their links, so that a differential can be written over them. */
    void putBack() throws IOException {
        for (Path home : entries(directory.tablespaces())) {
            Path link = links.resolve(String.valueOf(home.getFileName()));
            if (Files.isSymbolicLink(link) && isOurs(link)) {
                Files.delete(link);
            }
            if (!present(link)) {
                Files.move(home, link, StandardCopyOption.ATOMIC_MOVE);
            }
        }
        if (Files.isDirectory(directory.tablespaces())) {
            Trees.sync(links);
            Trees.sync(directory.tablespaces());
        }
    }

    /** Puts in order what rolling forward left: directories that it made in the place of links, and those of tablespaces that it dropped. */
    void settle() throws IOException {
        arrange(false);
    }

    /** Leads links to where the tablespaces are after the files of a server were moved or copied as a whole; links of other kinds stay. */
    void relink() throws IOException {
        for (Path entry : entries(links)) {
            if (Files.isSymbolicLink(entry) && isOurs(entry)) {
                String oid = String.valueOf(entry.getFileName());
                if (!Files.readSymbolicLink(entry).equals(home(oid)) && Files.isDirectory(home(oid))) {
                    link(oid);
                    Trees.sync(links);
                }
            }
        }
    }

    private void arrange(boolean withEmpty) throws IOException {
        for (Path entry : entries(links)) {
            if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
                String oid = String.valueOf(entry.getFileName());
                Files.createDirectories(directory.tablespaces(), PRIVATE);
                if (present(home(oid))) {
                    throw new IOException("tablespace " + oid + " is there twice: " + entry + ", " + home(oid));
                }
                Files.setPosixFilePermissions(entry, PosixFilePermissions.fromString("rwx------"));
                Files.move(entry, home(oid), StandardCopyOption.ATOMIC_MOVE);
            }
        }
        for (Path home : entries(directory.tablespaces())) {
            String oid = String.valueOf(home.getFileName());
            if (!present(links.resolve(oid))) {
                if (withEmpty || !isEmpty(home)) {
                    // The directory must not be lost while its link is there already.
                    Trees.sync(directory.tablespaces());
                    link(oid);
                } else {
                    Files.delete(home);
                }
            }
        }
        relink();
        if (Files.isDirectory(directory.tablespaces())) {
            Trees.sync(directory.tablespaces());
            Trees.sync(links);
            Trees.sync(directory.root());
        }
    }

    /** Makes the link, or replaces it in one step. */
    private void link(String oid) throws IOException {
        Path fresh = directory.tablespaces().resolve("link." + oid);
        Files.deleteIfExists(fresh);
        Files.createSymbolicLink(fresh, home(oid));
        Files.move(fresh, links.resolve(oid), StandardCopyOption.ATOMIC_MOVE);
    }

    /** Whether a link leads to the place that the tablespace has with us, here or where these files lay before. */
    private boolean isOurs(Path entry) throws IOException {
        return Files.readSymbolicLink(entry)
                .endsWith(Path.of(
                        String.valueOf(directory.tablespaces().getFileName()), String.valueOf(entry.getFileName())));
    }

    private Path home(String oid) {
        return directory.tablespaces().resolve(oid);
    }

    private static boolean present(Path path) {
        return Files.exists(path, LinkOption.NOFOLLOW_LINKS);
    }

    private static boolean isEmpty(Path folder) throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.findAny().isEmpty();
        }
    }

    /** What is named like a tablespace in there; nothing when the folder is not there. */
    private static List<Path> entries(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(path -> IDENTIFIER
                            .matcher(String.valueOf(path.getFileName()))
                            .matches())
                    .toList();
        }
    }
}
