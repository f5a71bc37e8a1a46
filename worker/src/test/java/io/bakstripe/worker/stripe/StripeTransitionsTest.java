package io.bakstripe.worker.stripe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bakstripe.protocol.name.BackupSetId;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.stripe.PlanKind;
import io.bakstripe.worker.journal.StripeEvent;
import io.bakstripe.worker.journal.StripeEvent.Aborted;
import io.bakstripe.worker.journal.StripeEvent.Closed;
import io.bakstripe.worker.journal.StripeEvent.DataDrained;
import io.bakstripe.worker.journal.StripeEvent.PartReplaced;
import io.bakstripe.worker.journal.StripeEvent.PartStored;
import io.bakstripe.worker.journal.StripeEvent.Position;
import io.bakstripe.worker.journal.StripeEvent.Prepared;
import io.bakstripe.worker.journal.StripeEvent.Published;
import io.bakstripe.worker.journal.StripeEvent.Resumed;
import io.bakstripe.worker.journal.StripeEvent.TrailerStored;
import io.bakstripe.worker.journal.StripeEvent.UploadCreated;
import io.bakstripe.worker.journal.StripeEvent.UploadIntended;
import io.bakstripe.worker.stripe.StripeTransitions.Transition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class StripeTransitionsTest {
    private static final Instant NOW = Instant.EPOCH;
    private static final StripeEvent INTENDED =
            new UploadIntended(new BackupSetId(new UUID(1, 2)), new S3Arn("bucket", "k"), 1, 1, false, NOW);
    private static final StripeEvent CREATED = new UploadCreated("u", NOW);
    private static final StripeEvent RESUMED = new Resumed(NOW);
    private static final StripeEvent DATA = part(1, PlanKind.DATA);
    private static final StripeEvent DRAINED = new DataDrained(NOW);
    private static final StripeEvent CLOSING = part(2, PlanKind.CLOSING);
    private static final StripeEvent TRAILER = new TrailerStored(3, 10, 11, "t");
    private static final StripeEvent PREPARED = new Prepared(NOW);
    private static final StripeEvent PUBLISHED = new Published(NOW);
    private static final StripeEvent ABORTED = new Aborted(NOW);
    private static final StripeEvent CLOSED = new Closed(NOW);

    /** What happens to stripes; together these lives take every row of the table. */
    private static final List<List<StripeEvent>> LIVES = List.of(
            List.of(INTENDED, CREATED, DATA, DRAINED, CLOSING, TRAILER, PREPARED, PUBLISHED, CLOSED),
            List.of(
                    INTENDED,
                    INTENDED,
                    CREATED,
                    DATA,
                    RESUMED,
                    replaced(1),
                    DRAINED,
                    CLOSING,
                    RESUMED,
                    TRAILER,
                    replaced(2),
                    replaced(2),
                    TRAILER,
                    TRAILER,
                    PREPARED,
                    ABORTED,
                    CLOSED),
            List.of(INTENDED, CREATED, DATA, rewound(1), DATA, DRAINED, CLOSING, TRAILER, rewound(2), ABORTED, CLOSED),
            List.of(ABORTED, CLOSED),
            // What is left of one that was published long ago.
            List.of(PUBLISHED, CLOSED),
            List.of(INTENDED, ABORTED, CLOSED),
            List.of(INTENDED, CREATED, ABORTED, CLOSED),
            List.of(INTENDED, CREATED, DATA, DRAINED, ABORTED, CLOSED),
            List.of(INTENDED, CREATED, DATA, DRAINED, CLOSING, TRAILER, ABORTED, CLOSED));

    private static StripeEvent part(int number, PlanKind plan) {
        return new PartStored(number, Position.start(plan), new Position(plan, 1, 0), 1, 2, 3, "e" + number);
    }

    private static StripeEvent rewound(int number) {
        return new StripeEvent.Rewound(number, Instant.EPOCH);
    }

    private static StripeEvent replaced(int number) {
        return new PartReplaced(number, 4, 5, 6, "r" + number);
    }

    @Test
    void isTakenWholeByLivesThatHappen() {
        Set<Transition> taken = new HashSet<>();
        for (List<StripeEvent> life : LIVES) {
            StripeState state = StripeState.initial();
            for (StripeEvent event : life) {
                StripeState next = state.after(event);
                taken.add(new Transition(state.phase(), event.getClass(), next.phase()));
                state = next;
            }
            assertThat(state.closed()).isTrue();
        }

        assertThat(taken).containsExactlyInAnyOrderElementsOf(StripeTransitions.ALL);
    }

    @Test
    void refusesWhatItDoesNotDeclare() {
        List<StripeEvent> all = LIVES.stream().flatMap(List::stream).distinct().toList();
        for (StripePhase phase : StripePhase.values()) {
            for (StripeEvent event : all) {
                boolean declared = StripeTransitions.ALL.stream()
                        .anyMatch(row -> row.from() == phase && row.event() == event.getClass());
                if (!declared) {
                    assertThatThrownBy(() -> StripeTransitions.next(phase, event))
                            .isInstanceOf(IllegalStateException.class)
                            .hasMessageContaining(phase.name());
                }
            }
        }
    }

    @Test
    void readsNoDataOnceTheDataIsDrained() {
        assertThat(StripeTransitions.ALL)
                .noneMatch(row -> row.to() == StripePhase.STREAMING
                        && row.from() != StripePhase.STREAMING
                        && row.from() != StripePhase.INTENDED);
    }

    @Test
    void isDrawnInTheDocumentation() throws IOException {
        String page = Files.readString(Path.of("..", "docs", "stripe-lifecycle.md"));

        assertThat(page).contains("```mermaid\n" + StripeTransitions.mermaid() + "```");
        assertThat(page).contains(StripeStep.table());
    }
}
