package io.bakstripe.worker.stripe;

import io.bakstripe.protocol.stripe.Damage;
import io.bakstripe.protocol.stripe.DamagedPage;
import io.bakstripe.worker.engine.PageCheck.Suspect;
import io.bakstripe.worker.engine.PageReader.Reading;
import io.bakstripe.worker.engine.PageReader.Verdict;
import io.bakstripe.worker.engine.Piece;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;

/** Reads suspicious pages again until it is clear whether they are damaged or were being written. Keeps nothing. */
final class SuspectPages {
    /** How often a page is read again before it counts as damaged. */
    static final int READINGS = 5;

    private final Function<List<Suspect>, CompletionStage<List<Reading>>> reader;
    private final Supplier<? extends CompletionStage<?>> pause;

    /**
     * @param reader reads pages once more
     * @param pause between two readings of a page
     */
    SuspectPages(
            Function<List<Suspect>, CompletionStage<List<Reading>>> reader,
            Supplier<? extends CompletionStage<?>> pause) {
        this.reader = reader;
        this.pause = pause;
    }

    /**
     * What is to be stored in the place of pieces that were read.
     *
     * @param pieces with the later reading of each page that turned out sound, otherwise as they were
     */
    record Settled(List<Piece> pieces, Damage damage) {
        Settled {
            pieces = List.copyOf(pieces);
        }
    }

    /** Settles what the suspicious pages of {@code pieces} are; fails as the reader fails. */
    CompletionStage<Settled> settle(List<Piece> pieces, List<Suspect> suspects) {
        Map<Suspect, byte[]> sound = new HashMap<>();
        return damaged(suspects, sound, 1)
                .thenApply(damaged -> new Settled(
                        pieces.stream().map(piece -> with(piece, sound)).toList(),
                        Damage.of(damaged.stream()
                                .map(page -> new DamagedPage(page.path(), page.block()))
                                .toList())));
    }

    /** Those that are still damaged in the end; later readings of the others go into {@code sound}. */
    private CompletionStage<List<Suspect>> damaged(List<Suspect> suspects, Map<Suspect, byte[]> sound, int reading) {
        return reader.apply(suspects).thenCompose(readings -> {
            List<Suspect> left = new ArrayList<>();
            for (int index = 0; index < suspects.size(); index++) {
                Reading found = readings.get(index);
                if (found.verdict() == Verdict.DAMAGED) {
                    left.add(suspects.get(index));
                } else if (found.verdict() == Verdict.SOUND) {
                    sound.put(suspects.get(index), found.content());
                }
            }
            return left.isEmpty() || reading == READINGS
                    ? CompletableFuture.completedFuture(left)
                    : pause.get().thenCompose(over -> damaged(left, sound, reading + 1));
        });
    }

    private static Piece with(Piece piece, Map<Suspect, byte[]> pages) {
        List<Map.Entry<Suspect, byte[]>> inside = pages.entrySet().stream()
                .filter(page -> holds(piece, page.getKey()))
                .toList();
        if (inside.isEmpty()) {
            return piece;
        }
        byte[] bytes = piece.bytes();
        inside.forEach(page -> System.arraycopy(
                page.getValue(),
                0,
                bytes,
                (int) (page.getKey().offset() - piece.offset()),
                page.getKey().length()));
        return new Piece(piece.kind(), piece.path(), piece.offset(), ByteBuffer.wrap(bytes), piece.state());
    }

    private static boolean holds(Piece piece, Suspect page) {
        return page.path().equals(piece.path())
                && page.offset() >= piece.offset()
                && page.offset() + page.length() <= piece.offset() + piece.length();
    }
}
