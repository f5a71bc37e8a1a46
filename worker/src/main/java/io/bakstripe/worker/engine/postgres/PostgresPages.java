package io.bakstripe.worker.engine.postgres;

import io.bakstripe.protocol.stripe.ExtentKind;
import io.bakstripe.worker.engine.PageCheck;
import io.bakstripe.worker.engine.Piece;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Checks the pages of a server that has {@code data_checksums} on.
 *
 * <p>A piece that begins or ends within a page, as the end of a file may, is checked without that page.
 *
 * @param blockBytes of one page
 * @param segmentBlocks pages of a file before the next segment begins
 */
record PostgresPages(int blockBytes, long segmentBlocks) implements PageCheck {
    @Override
    public List<Suspect> suspects(Piece piece) {
        Optional<RelationFile> file =
                piece.kind() == ExtentKind.FILE ? RelationFile.of(piece.path()) : Optional.empty();
        int from = (int) Math.floorMod(-piece.offset(), (long) blockBytes);
        int pages = (piece.length() - from) / blockBytes;
        if (file.isEmpty() || pages <= 0) {
            return List.of();
        }
        return suspects(piece, from, pages, file.get().segment() * segmentBlocks);
    }

    private List<Suspect> suspects(Piece piece, int from, int pages, long blocksBefore) {
        List<Suspect> suspects = new ArrayList<>(0);
        PageChecksum checksum = new PageChecksum();
        int count = blockBytes / Integer.BYTES;
        IntBuffer words = PageChecksum.words(piece.content(), from, pages * blockBytes);
        for (int page = 0; page < pages; page++) {
            int at = page * count;
            long offset = piece.offset() + from + (long) page * blockBytes;
            long block = blocksBefore + offset / blockBytes;
            if (!sound(checksum, words, at, count, block)) {
                suspects.add(new Suspect(piece.path(), offset, blockBytes, block));
            }
        }
        return suspects;
    }

    /** True when a page is as the server wrote it, or was never used. */
    static boolean sound(PageChecksum checksum, IntBuffer words, int at, int count, long block) {
        return checksum.expected(words, at, count, block) == PageChecksum.borne(words, at)
                || PageChecksum.blank(words, at, count);
    }
}
