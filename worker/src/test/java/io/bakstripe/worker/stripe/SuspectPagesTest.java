package io.bakstripe.worker.stripe;

import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.protocol.stripe.Damage;
import io.bakstripe.protocol.stripe.DamagedPage;
import io.bakstripe.protocol.stripe.ExtentKind;
import io.bakstripe.worker.engine.PageCheck.Suspect;
import io.bakstripe.worker.engine.PageReader.Reading;
import io.bakstripe.worker.engine.Piece;
import io.bakstripe.worker.stripe.SuspectPages.Settled;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;

class SuspectPagesTest {
    private static final int PAGE = 4;

    /** The pages of each reading, in order. */
    private final List<List<Suspect>> readings = new ArrayList<>();

    private int pauses;

    /** @param answer what a page's n-th reading, from 1, gives */
    private Settled settle(BiFunction<Suspect, Integer, Reading> answer, Piece piece, Suspect... suspects) {
        SuspectPages pages = new SuspectPages(
                asked -> {
                    readings.add(asked);
                    return CompletableFuture.completedFuture(asked.stream()
                            .map(page -> answer.apply(page, readings.size()))
                            .toList());
                },
                () -> {
                    pauses++;
                    return CompletableFuture.completedFuture(null);
                });
        return pages.settle(List.of(piece), List.of(suspects))
                .toCompletableFuture()
                .join();
    }

    private static Suspect page(int number) {
        return new Suspect("base/1/2", 100 + number * PAGE, PAGE, 25 + number);
    }

    private static byte[] filled(int value) {
        byte[] page = new byte[PAGE];
        Arrays.fill(page, (byte) value);
        return page;
    }

    private static Piece piece(byte... bytes) {
        return new Piece(ExtentKind.FILE, "base/1/2", 100, bytes, Piece.State.WHOLE);
    }

    @Test
    void putsALaterReadingInThePlaceOfATornPage() {
        Piece torn = piece((byte) 1, (byte) 1, (byte) 1, (byte) 1, (byte) 2, (byte) 2, (byte) 2, (byte) 2, (byte) 3);

        Settled settled = settle((page, reading) -> Reading.sound(filled(9)), torn, page(1));

        assertThat(settled.damage()).isEqualTo(Damage.none());
        assertThat(settled.pieces().get(0).bytes()).containsExactly(1, 1, 1, 1, 9, 9, 9, 9, 3);
        assertThat(torn.bytes()).containsExactly(1, 1, 1, 1, 2, 2, 2, 2, 3);
        assertThat(pauses).isZero();
    }

    @Test
    void readsOnlyWhatIsStillSuspiciousAndPausesBetween() {
        Settled settled = settle(
                (page, reading) -> page.equals(page(0)) || reading < 3 ? Reading.damaged() : Reading.sound(filled(7)),
                piece(new byte[3 * PAGE]),
                page(0),
                page(2));

        assertThat(settled.damage()).isEqualTo(Damage.of(List.of(new DamagedPage("base/1/2", 25))));
        assertThat(settled.pieces().get(0).bytes()).containsExactly(0, 0, 0, 0, 0, 0, 0, 0, 7, 7, 7, 7);
        assertThat(readings).hasSize(SuspectPages.READINGS).last().isEqualTo(List.of(page(0)));
        assertThat(pauses).isEqualTo(SuspectPages.READINGS - 1);
    }

    @Test
    void leavesAPageOfAFileThatIsGoneAsItWas() {
        Settled settled = settle((page, reading) -> Reading.gone(), piece(filled(5)), page(0));

        assertThat(settled.damage().found()).isFalse();
        assertThat(settled.pieces().get(0).bytes()).isEqualTo(filled(5));
    }
}
