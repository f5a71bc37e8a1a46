package io.bakstripe.worker.restore;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.BakstripeException;
import io.bakstripe.worker.engine.Piece;
import io.bakstripe.worker.format.ManifestPage.Entry;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Compares what was restored with the set's manifest, page by page. Thread-safe.
 *
 * <p>A directory must be there. A file must be there with the size that was listed, except that a file of which a piece came up short may have any
 * size, and one of which a piece vanished must not be there. Of every other file the
 * pieces must cover each byte once. The number of entries must be the one that the trailer names.
 */
final class ManifestCheck {
    private final DataDirectoryWriter target;
    private final AtomicLong entries = new AtomicLong();

    ManifestCheck(DataDirectoryWriter target) {
        this.target = target;
    }

    /** Checks an entry; throws {@code MANIFEST_MISMATCH}. Blocks. */
    void entry(Entry entry) {
        entries.incrementAndGet();
        check(entry);
    }

    /** Checks that all entries were seen; throws {@code MANIFEST_MISMATCH}. */
    void finish(long expected) {
        if (entries.get() != expected) {
            throw mismatch("it lists " + entries.get() + " files and directories instead of " + expected);
        }
    }

    private void check(Entry entry) {
        String path = entry.path();
        Optional<BasicFileAttributes> found = target.found(path);
        Piece.State state = target.irregular(path).orElse(Piece.State.WHOLE);
        if (state == Piece.State.VANISHED) {
            if (found.filter(BasicFileAttributes::isRegularFile).isPresent()) {
                throw mismatch(path + " is there although it vanished during the backup");
            }
            return;
        }
        boolean there = found.filter(
                        entry.directory() ? BasicFileAttributes::isDirectory : BasicFileAttributes::isRegularFile)
                .isPresent();
        if (!there) {
            throw mismatch(path + " is missing");
        }
        if (entry.directory() || state != Piece.State.WHOLE) {
            return;
        }
        long size = found.get().size();
        if (size != entry.size()) {
            throw mismatch(path + " has " + size + " bytes instead of " + entry.size());
        }
        if (!target.covers(path, size)) {
            throw mismatch("the pieces of " + path + " do not cover it exactly once");
        }
    }

    private static BakstripeException mismatch(String what) {
        return BackupError.MANIFEST_MISMATCH.problem(what).asException();
    }
}
