package io.bakstripe.worker.restore;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.BakstripeException;
import io.bakstripe.worker.engine.Piece;
import io.bakstripe.worker.format.ManifestPage.Entry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Compares what was restored with the set's manifest, page by page. Thread-safe.
 *
 * <p>A directory must be there. A file must be there with the size that was listed, except that a file of which a piece came up short may have any
 * size, and one of which a piece vanished must not be there. The number of entries must be the one that the trailer names.
 */
final class ManifestCheck {
    private final DataDirectoryWriter target;
    private final AtomicLong entries = new AtomicLong();

    ManifestCheck(DataDirectoryWriter target) {
        this.target = target;
    }

    /** Checks a page; throws {@code MANIFEST_MISMATCH}. Blocks. */
    void page(List<Entry> page) {
        for (Entry entry : page) {
            check(entry);
        }
        entries.addAndGet(page.size());
    }

    /** Checks that all entries were seen; throws {@code MANIFEST_MISMATCH}. */
    void finish(long expected) {
        if (entries.get() != expected) {
            throw mismatch("it lists " + entries.get() + " files and directories instead of " + expected);
        }
    }

    private void check(Entry entry) {
        BasicFileAttributes found = attributes(target.root().resolve(entry.path()));
        Piece.State state = target.irregular(entry.path()).orElse(Piece.State.WHOLE);
        if (state == Piece.State.VANISHED) {
            if (found != null && found.isRegularFile()) {
                throw mismatch(entry.path() + " is there although it vanished during the backup");
            }
            return;
        }
        if (found == null || !(entry.directory() ? found.isDirectory() : found.isRegularFile())) {
            throw mismatch(entry.path() + " is missing");
        }
        if (!entry.directory() && state == Piece.State.WHOLE && found.size() != entry.size()) {
            throw mismatch(entry.path() + " has " + found.size() + " bytes instead of " + entry.size());
        }
    }

    private static @Nullable BasicFileAttributes attributes(Path path) {
        try {
            return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        } catch (IOException absent) {
            return null;
        }
    }

    private static BakstripeException mismatch(String what) {
        return BackupError.MANIFEST_MISMATCH.problem(what).asException();
    }
}
