package io.bakstripe.node.decrypt;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.BakstripeException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Files of one directory that appear together or not at all, and never in the place of others. They are written under names of their own, for their owner's eyes only; {@link #close} removes whatever was not
 * published. Not thread-safe.
 */
final class Outputs implements AutoCloseable {
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private final Path folder;
    private final List<Path> made;
    private final List<Path> targets;
    private final List<Path> temporary = new ArrayList<>();
    private final List<Path> published = new ArrayList<>();
    private boolean done;

    /** @param made directories that were not there before, the innermost first */
    private Outputs(Path folder, List<Path> made, List<Path> targets) {
        this.folder = folder;
        this.made = made;
        this.targets = targets;
    }

    /**
     * Chooses the names: the last one of each path or key. Throws {@code OUTPUT_TAKEN} where there is a file of that name, where two would have it, or where it is none.
     *
     * @param folder made where there is none
     * @param sources paths and ARNs
     */
    static Outputs in(Path folder, List<String> sources) throws IOException {
        List<Path> targets = new ArrayList<>();
        for (String source : sources) {
            targets.add(target(folder, source));
        }
        Set<Path> different = new HashSet<>();
        for (Path target : targets) {
            if (!different.add(target)) {
                throw taken(target, "two of the files have that name");
            }
            if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
                throw taken(target, "there is a file of that name");
            }
        }
        if (Files.exists(folder) && !Files.isDirectory(folder)) {
            throw new IOException(folder + " is no directory");
        }
        List<Path> made = new ArrayList<>();
        for (Path one = folder.toAbsolutePath(); one != null && !Files.exists(one); one = one.getParent()) {
            made.add(one);
        }
        Files.createDirectories(folder);
        return new Outputs(folder, made, targets);
    }

    private static Path target(Path folder, String source) {
        String name = source.substring(source.lastIndexOf('/') + 1);
        try {
            if (!name.isEmpty() && !name.equals(".") && !name.equals("..")) {
                return folder.resolve(name);
            }
        } catch (InvalidPathException impossible) {
            // Said below.
        }
        throw taken(source, "it has no name that a file could have");
    }

    private static BakstripeException taken(Object what, String reason) {
        return BackupError.OUTPUT_TAKEN.problem(what, reason).asException();
    }

    Path target(int index) {
        return targets.get(index);
    }

    /** Opens the next file for reading and writing, in order. */
    FileChannel begin(int index) throws IOException {
        if (index != temporary.size()) {
            throw new IllegalStateException("file " + index + " is not the next one");
        }
        Path file = Files.createTempFile(folder, ".bakstripe-decrypt-", ".tmp", OWNER_ONLY);
        temporary.add(file);
        // For whoever ends the command by its terminal.
        file.toFile().deleteOnExit();
        return FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    /** Gives all files their names, and makes that durable. */
    void publish() throws IOException {
        for (int index = 0; index < targets.size(); index++) {
            Path target = targets.get(index);
            try {
                // Takes the name, which a rename alone would take away from another file.
                Files.createFile(target, OWNER_ONLY);
            } catch (FileAlreadyExistsException meanwhile) {
                throw taken(target, "there is a file of that name");
            }
            published.add(target);
            Files.move(temporary.get(index), target, StandardCopyOption.ATOMIC_MOVE);
        }
        try (FileChannel names = FileChannel.open(folder, StandardOpenOption.READ)) {
            names.force(true);
        }
        done = true;
    }

    @Override
    public void close() throws IOException {
        if (done) {
            return;
        }
        for (Path file : temporary) {
            Files.deleteIfExists(file);
        }
        for (Path file : published) {
            Files.deleteIfExists(file);
        }
        for (Path directory : made) {
            Files.deleteIfExists(directory);
        }
    }
}
