package io.bakstripe.worker.restore;

import io.bakstripe.worker.engine.Piece;
import io.bakstripe.worker.format.ManifestPage.Entry;
import io.bakstripe.worker.format.Place;
import io.bakstripe.worker.format.SafePath;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Makes a data directory over which the pieces of a differential were written exactly what its manifest says: files get their sizes, and what is not listed goes. Not
 * there and therefore left alone are the log, and what says that the directory is not open yet.
 *
 * <p>All methods block and fail as those of {@link DataDirectoryWriter}. Entries may come from many threads.
 */
final class Overlay {
    private static final Set<String> OURS = Set.of("recovery.signal", "standby.signal");
    private static final String LOG = "pg_wal/";
    private static final Pattern TABLESPACE = Pattern.compile("pg_tblspc/\\d+");

    private final DataDirectoryWriter target;
    private final LongTable listed = new LongTable();

    Overlay(DataDirectoryWriter target) {
        this.target = target;
    }

    /** Gives what an entry names its size, and makes it when it is a directory that is not there. */
    void entry(Place place, Entry entry) {
        String path = entry.path();
        if (!SafePath.isSafe(path)) {
            throw place.unsafe(path);
        }
        listed.set(PathHash.of(path), 1);
        if (target.irregular(path).filter(Piece.State.VANISHED::equals).isPresent()) {
            return;
        }
        target.guarded(path, () -> {
            Path at = target.root().resolve(path);
            if (entry.directory()) {
                target.makeDirectory(place, path, at);
                return;
            }
            target.makeDirectory(place, path, target.parentOf(at));
            if (Files.isRegularFile(at, LinkOption.NOFOLLOW_LINKS)) {
                resize(path, at, size(entry));
            }
        });
    }

    /** What a file that is held whole, but was cut while it was read, has behind what was read is the base's. */
    private long size(Entry entry) {
        boolean cut =
                entry.changedBytes().isEmpty() && target.irregular(entry.path()).isPresent();
        return cut ? Math.min(entry.size(), target.writtenEnd(entry.path())) : entry.size();
    }

    private void resize(String path, Path file, long size) throws IOException {
        if (Files.size(file) == size) {
            return;
        }
        try (OpenFiles.Lease lease = target.files().acquire(file)) {
            FileChannel channel = lease.channel();
            if (channel.size() > size) {
                channel.truncate(size);
            } else if (target.irregular(path).isEmpty()) {
                channel.write(ByteBuffer.allocate(1), size - 1);
            }
            channel.force(false);
        }
    }

    /** Removes all that no entry named, and makes that durable; to be called once all entries were seen. */
    void removeUnlisted() {
        target.guarded(target.root().toString(), () -> {
            Set<Path> changed = new TreeSet<>();
            Files.walkFileTree(target.root(), new Remover(changed));
            for (Path directory : changed) {
                if (Files.exists(directory)) {
                    target.files().disk().syncDirectory(directory);
                }
            }
        });
    }

    private boolean keeps(String path) {
        return listed.has(PathHash.of(path)) || OURS.contains(path) || path.startsWith(LOG) || target.wrote(path);
    }

    private final class Remover extends SimpleFileVisitor<Path> {
        private final Set<Path> changed;

        Remover(Set<Path> changed) {
            this.changed = changed;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            if (!keeps(relative(file))) {
                remove(file);
            }
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure) throws IOException {
            if (failure != null) {
                throw failure;
            }
            String path = relative(directory);
            boolean stays =
                    path.isEmpty() || keeps(path) || TABLESPACE.matcher(path).matches();
            if (!stays && isEmpty(directory)) {
                remove(directory);
            }
            return FileVisitResult.CONTINUE;
        }

        private void remove(Path path) throws IOException {
            Files.delete(path);
            changed.add(target.parentOf(path));
        }

        private boolean isEmpty(Path directory) throws IOException {
            try (var entries = Files.newDirectoryStream(directory)) {
                return !entries.iterator().hasNext();
            }
        }

        private String relative(Path path) {
            return target.root().relativize(path).toString();
        }
    }
}
