package io.bakstripe.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.node.PauseChoice.Extent;
import io.bakstripe.node.pause.Pause;
import io.bakstripe.node.pause.Pause.Moment;
import io.bakstripe.node.pause.PauseFolder.Write;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

final class PauseChoiceTest {
    private static final List<Write> WRITES = List.of(
            new Write("instance", List.of("registered/1")),
            new Write("stripe-1", List.of("stored/1")),
            new Write("stripe-2", List.of("stored/1")),
            new Write("stripe-1", List.of("published/1", "closed/1")));

    @Test
    void allTakesEveryWriteOnBothSides() {
        assertThat(new PauseChoice(Extent.ALL, 1).of(WRITES, event -> true))
                .containsExactly(
                        new Pause("registered/1", 1, Moment.BEFORE),
                        new Pause("registered/1", 1, Moment.AFTER),
                        new Pause("stored/1", 1, Moment.BEFORE),
                        new Pause("stored/1", 1, Moment.AFTER),
                        new Pause("stored/1", 2, Moment.BEFORE),
                        new Pause("stored/1", 2, Moment.AFTER),
                        new Pause("published/1", 1, Moment.BEFORE),
                        new Pause("published/1", 1, Moment.AFTER));
    }

    @Test
    void seedTakesEachEventOnceOnAlternatingSides() {
        for (long seed = 0; seed < 50; seed++) {
            List<Pause> pauses = new PauseChoice(Extent.EACH, seed).of(WRITES, event -> true);

            assertThat(pauses)
                    .as("seed %s", seed)
                    .extracting(Pause::event)
                    .containsExactly("registered/1", "stored/1", "published/1");
            assertThat(pauses.get(0).moment())
                    .isEqualTo(pauses.get(2).moment())
                    .isNotEqualTo(pauses.get(1).moment());
        }
    }

    @Test
    void seedsReachBothSidesAndLaterOccurrences() {
        List<Pause> stored = LongStream.range(0, 50)
                .mapToObj(seed -> new PauseChoice(Extent.EACH, seed)
                        .of(WRITES, event -> event.equals("stored/1"))
                        .get(0))
                .distinct()
                .toList();

        assertThat(stored)
                .containsExactlyInAnyOrder(
                        new Pause("stored/1", 1, Moment.BEFORE),
                        new Pause("stored/1", 1, Moment.AFTER),
                        new Pause("stored/1", 2, Moment.BEFORE),
                        new Pause("stored/1", 2, Moment.AFTER));
    }

    @Test
    void halfTakesEverySecondEventAndSeedsReachThemAll() {
        List<List<String>> taken = LongStream.range(0, 50)
                .mapToObj(seed -> new PauseChoice(Extent.HALF, seed)
                        .of(WRITES, event -> true).stream().map(Pause::event).toList())
                .distinct()
                .toList();

        assertThat(taken).containsExactlyInAnyOrder(List.of("registered/1", "published/1"), List.of("stored/1"));
    }

    @Test
    void sameSeedTakesTheSamePauses() {
        assertThat(new PauseChoice(Extent.EACH, 7).of(WRITES, event -> true))
                .isEqualTo(new PauseChoice(Extent.EACH, 7).of(WRITES, event -> true));
    }

    @Test
    void uploadsAreUnknownBetweenIntentAndId() {
        Write intended = new Write("stripe-1", List.of("stripe-upload-intended/1"));
        Write other = new Write("stripe-2", List.of("stripe-upload-intended/1"));
        Write created = new Write("stripe-1", List.of("stripe-upload-created/1"));

        assertThat(UnknownUploads.of(List.of(intended))).isEqualTo(1);
        assertThat(UnknownUploads.of(List.of(intended, other))).isEqualTo(2);
        assertThat(UnknownUploads.of(List.of(intended, other, created))).isEqualTo(1);
        assertThat(UnknownUploads.of(List.of(created))).isZero();
    }
}
