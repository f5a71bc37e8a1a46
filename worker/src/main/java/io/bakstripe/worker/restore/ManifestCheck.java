package io.bakstripe.worker.restore;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.BakstripeException;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.worker.engine.Piece;
import io.bakstripe.worker.format.ManifestPage.Entry;
import io.bakstripe.worker.format.Place;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Compares what was restored with the set's manifest, page by page. Thread-safe.
 *
 * <p>A directory must be there. A file must be there with the size that was listed, except that a file of which a piece came up short may have
 * less, and one of which a piece vanished must not be there. Of every other file the
 * pieces must cover each byte once; of one that a differential changes they must be as many bytes as it says, none of them twice. The number of entries must
 * be the one that the trailer names.
 */
final class ManifestCheck {
    private final DataDirectoryWriter target;
    private final AtomicLong entries = new AtomicLong();

    ManifestCheck(DataDirectoryWriter target) {
        this.target = target;
    }

    /** Checks an entry that stands in {@code place}; throws {@code MANIFEST_MISMATCH} naming it. Blocks. */
    void entry(Place place, Entry entry) {
        entries.incrementAndGet();
        String what = fault(entry);
        if (!what.isEmpty()) {
            throw mismatch(what + ", says file " + place.file() + ", part " + place.part());
        }
    }

    /**
     * Checks that all entries were seen; throws {@code MANIFEST_MISMATCH}.
     *
     * @param file of the set, for the refusal
     */
    void finish(S3Arn file, long expected) {
        if (entries.get() != expected) {
            throw mismatch("the set of file " + file + " lists " + entries.get() + " files and directories instead of "
                    + expected);
        }
    }

    /** What is wrong with what an entry names; empty when nothing is. */
    private String fault(Entry entry) {
        String path = entry.path();
        Optional<BasicFileAttributes> found = target.found(path);
        Piece.State state = target.irregular(path).orElse(Piece.State.WHOLE);
        if (state == Piece.State.VANISHED) {
            boolean file = found.filter(BasicFileAttributes::isRegularFile).isPresent();
            return file ? path + " is there although it vanished during the backup" : "";
        }
        boolean there = found.filter(
                        entry.directory() ? BasicFileAttributes::isDirectory : BasicFileAttributes::isRegularFile)
                .isPresent();
        if (!there) {
            return path + " is missing";
        }
        if (entry.directory()) {
            return "";
        }
        long size = found.get().size();
        if (state == Piece.State.SHORT) {
            return size > entry.size() ? path + " has " + size + " bytes, more than " + entry.size() : "";
        }
        if (size != entry.size()) {
            return path + " has " + size + " bytes instead of " + entry.size();
        }
        if (entry.changedBytes().isPresent()) {
            return target.holds(path, entry.changedBytes().getAsLong())
                    ? ""
                    : "the pieces of " + path + " are not the "
                            + entry.changedBytes().getAsLong() + " bytes that have changed";
        }
        return target.covers(path, size) ? "" : "the pieces of " + path + " do not cover it exactly once";
    }

    private static BakstripeException mismatch(String what) {
        return BackupError.MANIFEST_MISMATCH.problem(what).asException();
    }
}
