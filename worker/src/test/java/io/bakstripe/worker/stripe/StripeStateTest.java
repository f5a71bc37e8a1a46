package io.bakstripe.worker.stripe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bakstripe.protocol.message.StripeCommand.StripeGoal;
import io.bakstripe.protocol.name.BackupSetId;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.stripe.PlanKind;
import io.bakstripe.worker.format.StripeTrailer.PartEntry;
import io.bakstripe.worker.journal.StripeEvent;
import io.bakstripe.worker.journal.StripeEvent.PartStored;
import io.bakstripe.worker.journal.StripeEvent.Position;
import io.bakstripe.worker.store.ObjectStore.StoredPart;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class StripeStateTest {
    private static final Instant NOW = Instant.EPOCH;
    private static final List<StripeEvent> LIFE = List.of(
            new StripeEvent.UploadIntended(new BackupSetId(new UUID(1, 2)), new S3Arn("bucket", "k"), 1, 1, false, NOW),
            new StripeEvent.UploadCreated("u1", NOW),
            part(1),
            part(2),
            new StripeEvent.DataDrained(NOW),
            part(3),
            part(4),
            new StripeEvent.Prepared(NOW),
            new StripeEvent.Published(NOW),
            new StripeEvent.Closed(NOW));

    private static PartStored part(int number) {
        Position from = new Position(number < 3 ? PlanKind.DATA : PlanKind.CLOSING, number, 0);
        return new PartStored(number, from, from, 100L * number, 1000L * number, -number, "\"etag-" + number + "\"");
    }

    private static StripeState after(int events) {
        StripeState state = StripeState.initial();
        for (StripeEvent event : LIFE.subList(0, events)) {
            state = state.after(event);
        }
        return state;
    }

    private static StripeStep idle(int events, StripeGoal goal) {
        return StripeStep.next(after(events), goal, StripeActivity.NONE, false, true);
    }

    @Test
    void survivesASnapshotAtEveryPointOfItsLife() {
        for (int events = 0; events <= LIFE.size(); events++) {
            StripeState state = after(events);

            StripeState back = StripeState.of(state.snapshot());

            assertThat(back.snapshot()).isEqualTo(state.snapshot());
            assertThat(back.parts().asStored()).isEqualTo(state.parts().asStored());
            assertThat(back.parts().asIndex()).isEqualTo(state.parts().asIndex());
            assertThat(back.upload()).isEqualTo(state.upload());
        }
        assertThat(after(LIFE.size()).closed()).isTrue();
        assertThat(after(5).closingBegun()).isFalse();
        assertThat(after(6).closingBegun()).isTrue();
    }

    @Test
    void indexesPartsByTheirOffsets() {
        assertThat(after(4).parts().asIndex())
                .containsExactly(new PartEntry(1, 0, 1000, 100, -1), new PartEntry(2, 1000, 2000, 200, -2));
    }

    @Test
    void holdsTenThousandPartsInLessThanAHundredBytesEach() {
        PartLedger ledger = PartLedger.empty();
        for (int number = 1; number <= 10_000; number++) {
            ledger = ledger.with(new PartStored(
                    number,
                    Position.start(PlanKind.DATA),
                    Position.start(PlanKind.DATA),
                    number,
                    number,
                    number,
                    "\"%032x\"".formatted(number)));
        }

        assertThat(ledger.heldBytes() / 10_000).isLessThan(100);
        assertThat(ledger.etag(9_999)).isEqualTo("\"%032x\"".formatted(9_999));
        assertThat(ledger.storedBytes()).isEqualTo(10_000L * 10_001 / 2);
    }

    @Test
    void keepsLedgersThatBranchApart() {
        PartLedger one = PartLedger.empty().with(part(1));
        PartLedger left = one.with(part(2));
        PartLedger right = one.with(
                new PartStored(2, Position.start(PlanKind.DATA), Position.start(PlanKind.DATA), 7, 8, 9, "other"));

        assertThat(left.etag(2)).isEqualTo("\"etag-2\"");
        assertThat(right.etag(2)).isEqualTo("other");
        assertThat(one.count()).isEqualTo(1);
        assertThatThrownBy(() -> one.with(part(3))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void takesEachStepFromWhatIsRecorded() {
        assertThat(idle(0, StripeGoal.STREAM)).isEqualTo(StripeStep.BEGIN);
        assertThat(idle(1, StripeGoal.STREAM)).isEqualTo(StripeStep.INTERRUPTED);
        assertThat(idle(3, StripeGoal.STREAM)).isEqualTo(StripeStep.INTERRUPTED);
        assertThat(idle(5, StripeGoal.STREAM)).isEqualTo(StripeStep.REPORT);
        assertThat(idle(5, StripeGoal.CLOSE)).isEqualTo(StripeStep.STREAM_CLOSING);
        assertThat(idle(5, StripeGoal.PUBLISH)).isEqualTo(StripeStep.INTERRUPTED);
        assertThat(idle(6, StripeGoal.CLOSE)).isEqualTo(StripeStep.INTERRUPTED);
        assertThat(idle(8, StripeGoal.CLOSE)).isEqualTo(StripeStep.REPORT);
        assertThat(idle(8, StripeGoal.PUBLISH)).isEqualTo(StripeStep.PUBLISH);
        assertThat(idle(9, StripeGoal.PUBLISH)).isEqualTo(StripeStep.REPORT);
        assertThat(StripeStep.next(after(5), StripeGoal.CLOSE, StripeActivity.NONE, false, false))
                .isEqualTo(StripeStep.REPORT);
    }

    @Test
    void abortsWhateverIsNotPublished() {
        assertThat(idle(0, StripeGoal.ABORT)).isEqualTo(StripeStep.GIVE_UP);
        assertThat(idle(1, StripeGoal.ABORT)).isEqualTo(StripeStep.GIVE_UP);
        for (int events = 2; events <= 8; events++) {
            assertThat(idle(events, StripeGoal.ABORT)).isEqualTo(StripeStep.ABORT);
            assertThat(StripeStep.next(after(events), StripeGoal.ABORT, StripeActivity.STREAMING_DATA, true, true))
                    .isEqualTo(StripeStep.ABORT);
        }
        assertThat(idle(9, StripeGoal.ABORT)).isEqualTo(StripeStep.REPORT);
        assertThat(StripeStep.next(after(1), StripeGoal.ABORT, StripeActivity.BEGINNING, false, false))
                .isEqualTo(StripeStep.REPORT);
    }

    @ParameterizedTest
    @EnumSource(StripeGoal.class)
    void doesNothingMoreOnceItIsClosed(StripeGoal goal) {
        assertThat(idle(10, goal)).isEqualTo(StripeStep.REPORT);
    }

    @Test
    void namesWhatDiffersFromTheStoresList() {
        PartLedger parts = after(4).parts();
        StoredPart first = new StoredPart(1, 1000, "etag-1", OptionalInt.empty());

        assertThat(StripeUpload.difference(
                        parts, Optional.of(List.of(first, new StoredPart(2, 0, "\"etag-2\"", OptionalInt.empty())))))
                .isEmpty();
        assertThat(StripeUpload.difference(parts, Optional.empty()).orElseThrow())
                .contains("does not know");
        assertThat(StripeUpload.difference(parts, Optional.of(List.of(first))).orElseThrow())
                .contains("lists 1 parts");
        List<StoredPart> wrong = List.of(
                new StoredPart(2, 2000, "x", OptionalInt.empty()),
                new StoredPart(2, 1999, "etag-2", OptionalInt.empty()),
                new StoredPart(3, 2000, "etag-2", OptionalInt.empty()));
        for (StoredPart second : wrong) {
            assertThat(StripeUpload.difference(parts, Optional.of(new ArrayList<>(List.of(first, second))))
                            .orElseThrow())
                    .contains("part 2");
        }
    }

    @Test
    void measuresTheRateOfTheLastSeconds() {
        RateMeter rate = new RateMeter();
        assertThat(rate.bytesPerSecond(NOW)).isZero();
        for (int second = 0; second <= 30; second++) {
            rate.reached(second < 15 ? 0 : (second - 15) * 1000L, NOW.plusSeconds(second));
        }

        assertThat(rate.bytesPerSecond(NOW.plusSeconds(30))).isBetween(900L, 1000L);
        assertThat(rate.bytesPerSecond(NOW.plus(Duration.ofMinutes(10)))).isLessThan(30);
    }
}
