package io.bakstripe.worker.stripe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.message.StripeCommand.StripeGoal;
import io.bakstripe.protocol.name.BackupSetId;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.stripe.Damage;
import io.bakstripe.protocol.stripe.DamagedPage;
import io.bakstripe.protocol.stripe.PlanKind;
import io.bakstripe.worker.format.StripeTrailer.PartEntry;
import io.bakstripe.worker.journal.FirstStripeSnapshot;
import io.bakstripe.worker.journal.StripeEvent;
import io.bakstripe.worker.journal.StripeEvent.PartStored;
import io.bakstripe.worker.journal.StripeEvent.Position;
import io.bakstripe.worker.store.ObjectStore.StoredPart;
import io.bakstripe.worker.store.ObjectStore.Upload;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class StripeStateTest {
    private static final Instant NOW = Instant.EPOCH;
    private static final StripeSnapshots SNAPSHOTS = new StripeSnapshots();
    private static final List<StripeEvent> LIFE = List.of(
            new StripeEvent.UploadIntended(new BackupSetId(new UUID(1, 2)), new S3Arn("bucket", "k"), 1, 1, false, NOW),
            new StripeEvent.UploadCreated("u1", NOW),
            part(1),
            part(2),
            new StripeEvent.DataDrained(NOW),
            part(3),
            new StripeEvent.TrailerStored(4, 4000, -4, "\"etag-4\""),
            new StripeEvent.Prepared(NOW),
            new StripeEvent.Published(NOW),
            new StripeEvent.Closed(NOW));

    private static PartStored part(int number) {
        Position from = new Position(number < 3 ? PlanKind.DATA : PlanKind.CLOSING, number, 10L * number);
        Position to = new Position(from.plan(), number + 1, from.offset() + 10);
        return new PartStored(number, from, to, 100L * number, 1000L * number, -number, "\"etag-" + number + "\"");
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

            StripeState back = SNAPSHOTS.fromJournal(SNAPSHOTS.toJournal(state));

            assertThat(SNAPSHOTS.toJournal(back)).isEqualTo(SNAPSHOTS.toJournal(state));
            for (int number = 1; number <= state.planned().count(); number++) {
                assertThat(back.range(number)).isEqualTo(state.range(number)).isPresent();
            }
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

    private static PartStored damaged(int number, Damage damage) {
        return new PartStored(
                number,
                Position.start(PlanKind.DATA),
                Position.start(PlanKind.DATA),
                1,
                1,
                1,
                "e",
                Optional.of(damage),
                List.of());
    }

    private static Damage pages(String file, int count) {
        return Damage.of(IntStream.range(0, count)
                .mapToObj(block -> new DamagedPage(file, block))
                .toList());
    }

    @Test
    void countsTheDamageOfEveryPartAndNamesTheFirstPages() {
        PartLedger ledger = PartLedger.empty()
                .with(damaged(1, pages("a", 60)))
                .with(part(2))
                .with(damaged(3, pages("b", 70)))
                .with(damaged(4, pages("c", 10)));

        assertThat(ledger.damage().pages()).isEqualTo(140);
        assertThat(ledger.damage().first())
                .hasSize(100)
                .startsWith(new DamagedPage("a", 0))
                .endsWith(new DamagedPage("b", 39));
        assertThat(ledger.upTo(2).damage()).isEqualTo(pages("a", 60));
        PartLedger mended =
                ledger.replacing(new StripeEvent.PartReplaced(1, 1, 1, 1, "e", Optional.of(pages("a", 2)), List.of()));
        assertThat(mended.damage().pages()).isEqualTo(82);
        assertThat(mended.damage(2)).isEmpty();
    }

    @Test
    void keepsDamageInItsSnapshots() {
        StripeState state =
                after(4).after(new StripeEvent.PartReplaced(2, 1, 1, 1, "e", Optional.of(pages("a", 3)), List.of()));

        StripeState back = SNAPSHOTS.fromJournal(SNAPSHOTS.toJournal(state));

        assertThat(back.parts().damage()).isEqualTo(pages("a", 3));
        assertThat(back.parts().damage(2)).contains(pages("a", 3));
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
    void knowsWhatOfItsPlanEachPartHolds() {
        StripeState state = after(7);

        assertThat(state.range(1))
                .contains(new PlanRange(
                        new Position(PlanKind.DATA, 1, 10), Optional.of(new Position(PlanKind.DATA, 2, 20))));
        assertThat(after(4).range(2))
                .contains(new PlanRange(
                        new Position(PlanKind.DATA, 2, 20), Optional.of(new Position(PlanKind.DATA, 3, 30))));
        assertThat(state.range(3))
                .contains(new PlanRange(
                        new Position(PlanKind.CLOSING, 3, 30), Optional.of(new Position(PlanKind.CLOSING, 4, 40))));
        assertThat(state.planned().count()).isEqualTo(3);
        assertThat(state.parts().count()).isEqualTo(4);
    }

    @Test
    void replacesAPartAndKeepsTheOthers() {
        StripeState state = after(4).after(new StripeEvent.PartReplaced(1, 7, 8, 9, "new"));

        assertThat(state.parts().asStored())
                .containsExactly(
                        new StoredPart(1, 8, "new", OptionalInt.of(9)),
                        new StoredPart(2, 2000, "\"etag-2\"", OptionalInt.of(-2)));
        assertThat(state.parts().plainBytes()).isEqualTo(207);
        assertThat(state.range(1)).isEqualTo(after(4).range(1));
        assertThat(state.range(2)).isEqualTo(after(4).range(2));
    }

    @Test
    void makesTheTrailerAgainWhenAPartBeforeItWasReplaced() {
        StripeState state = after(7).after(new StripeEvent.PartReplaced(3, 7, 8, 9, "new"));

        assertThat(state.phase()).isEqualTo(StripePhase.DRAINED);
        assertThat(state.parts().count()).isEqualTo(3);
        StripeState again = state.after(new StripeEvent.TrailerStored(4, 5, 6, "t"));
        assertThat(again.phase()).isEqualTo(StripePhase.COMPLETE);
        assertThat(again.after(new StripeEvent.TrailerStored(4, 7, 8, "u"))
                        .parts()
                        .etag(4))
                .isEqualTo("u");
    }

    @Test
    void countsHowOftenItWentOnAfterRecordedParts() {
        assertThat(after(2).after(new StripeEvent.Resumed(NOW)).resumed()).isZero();
        StripeState state = after(3).after(new StripeEvent.Resumed(NOW)).after(new StripeEvent.Resumed(NOW));
        assertThat(state.resumed()).isEqualTo(2);
        assertThat(SNAPSHOTS.fromJournal(SNAPSHOTS.toJournal(state)).resumed()).isEqualTo(2);
    }

    @Test
    void takesUpJournalsOfTheFirstVersion() {
        Position end = after(6).position();
        StripeState trailed = after(6).after(new PartStored(4, end, end, 0, 4000, -4, "t"));
        assertThat(trailed.phase()).isEqualTo(StripePhase.COMPLETE);
        assertThat(trailed.planned().count()).isEqualTo(3);

        StripeState streaming = SNAPSHOTS.fromJournal(first("STREAMING", 0, List.of(1L, 2L)));
        assertThat(streaming.phase()).isEqualTo(StripePhase.STREAMING);
        assertThat(streaming.position()).isEqualTo(end);
        assertThat(streaming.parts().etag(2)).isEqualTo("e");
        assertThat(streaming.range(1)).isEmpty();
        assertThat(SNAPSHOTS.fromJournal(first("DRAINED", 1, List.of(1L, 2L))).phase())
                .isEqualTo(StripePhase.DRAINED);
        StripeState complete = SNAPSHOTS.fromJournal(first("DRAINED", 1, List.of(1L, 0L)));
        assertThat(complete.phase()).isEqualTo(StripePhase.COMPLETE);
        assertThat(complete.parts().closingFrom()).isEqualTo(2);
        assertThat(SNAPSHOTS.fromJournal(first("PREPARED", 1, List.of(1L, 0L))).phase())
                .isEqualTo(StripePhase.PREPARED);
    }

    private static FirstStripeSnapshot first(String phase, int dataParts, List<Long> plainBytes) {
        return new FirstStripeSnapshot(
                phase,
                Optional.empty(),
                Optional.of("u1"),
                after(6).position(),
                dataParts,
                false,
                plainBytes,
                List.of(5L, 6L),
                List.of(7, 8),
                List.of("d", "e"));
    }

    @Test
    void takesEachStepFromWhatIsRecorded() {
        assertThat(idle(0, StripeGoal.STREAM)).isEqualTo(StripeStep.BEGIN);
        assertThat(idle(1, StripeGoal.STREAM)).isEqualTo(StripeStep.BEGIN);
        assertThat(idle(3, StripeGoal.STREAM)).isEqualTo(StripeStep.STREAM_DATA);
        assertThat(idle(3, StripeGoal.CLOSE)).isEqualTo(StripeStep.INTERRUPTED);
        assertThat(idle(5, StripeGoal.STREAM)).isEqualTo(StripeStep.REPORT);
        assertThat(idle(5, StripeGoal.CLOSE)).isEqualTo(StripeStep.STREAM_CLOSING);
        assertThat(idle(5, StripeGoal.PUBLISH)).isEqualTo(StripeStep.INTERRUPTED);
        assertThat(idle(6, StripeGoal.CLOSE)).isEqualTo(StripeStep.STREAM_CLOSING);
        assertThat(idle(7, StripeGoal.CLOSE)).isEqualTo(StripeStep.COMPARE_ALL);
        assertThat(idle(8, StripeGoal.CLOSE)).isEqualTo(StripeStep.REPORT);
        assertThat(idle(8, StripeGoal.PUBLISH)).isEqualTo(StripeStep.PUBLISH);
        assertThat(idle(9, StripeGoal.PUBLISH)).isEqualTo(StripeStep.REPORT);
        for (int events : List.of(5, 7)) {
            assertThat(StripeStep.next(after(events), StripeGoal.CLOSE, StripeActivity.NONE, false, false))
                    .isEqualTo(StripeStep.REPORT);
        }
    }

    /** Whatever the phase and the goal: the step of the table when nothing is under way, and nothing new beside something else or after a failure. */
    @Test
    void takesNoStepBesideAnotherOneButAnAbort() {
        for (int events = 0; events < LIFE.size(); events++) {
            for (StripeGoal goal : StripeGoal.values()) {
                StripeStep wanted = StripeStep.wanted(after(events).phase(), goal);
                assertThat(idle(events, goal)).isEqualTo(wanted);
                boolean aborts = goal == StripeGoal.ABORT;
                assertThat(StripeStep.next(after(events), goal, StripeActivity.NONE, true, true))
                        .isEqualTo(aborts ? wanted : StripeStep.REPORT);
                for (StripeActivity activity : StripeActivity.values()) {
                    boolean free = activity == StripeActivity.NONE || (aborts && !activity.answerDecides());
                    assertThat(StripeStep.next(after(events), goal, activity, false, true))
                            .as("%s to %s during %s", after(events).phase(), goal, activity)
                            .isEqualTo(free ? wanted : StripeStep.REPORT);
                }
            }
        }
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
        StoredPart second = new StoredPart(2, 0, "\"etag-2\"", OptionalInt.empty());
        StoredPart extra = new StoredPart(3, 5, "x", OptionalInt.empty());

        assertThat(PartComparison.of(parts, Optional.of(List.of(first, second))))
                .isEqualTo(new PartComparison.Equal());
        assertThat(PartComparison.of(parts, Optional.of(List.of(first, second, extra))))
                .isEqualTo(new PartComparison.Equal());
        assertThat(PartComparison.of(parts, Optional.empty())).isEqualTo(new PartComparison.UploadUnknown());
        List<List<StoredPart>> wrong = List.of(
                List.of(first),
                List.of(first, new StoredPart(2, 2000, "x", OptionalInt.empty())),
                List.of(first, new StoredPart(2, 1999, "etag-2", OptionalInt.empty())),
                List.of(first, new StoredPart(3, 2000, "etag-2", OptionalInt.empty())));
        for (List<StoredPart> listed : wrong) {
            PartComparison.Different different =
                    (PartComparison.Different) PartComparison.of(parts, Optional.of(listed));
            assertThat(different.numbers()).containsExactly(2);
            assertThat(different.first()).contains("part 2");
        }
        assertThat(PartComparison.of(parts, Optional.of(List.of())))
                .isInstanceOfSatisfying(
                        PartComparison.Different.class,
                        different -> assertThat(different.numbers()).containsExactly(1, 2));
    }

    @Test
    void mendsOnlyWhatMayStillBeRead() {
        assertThat(mending(4, 0, 1, 2)).isEqualTo(new Mending.Needed(List.of(1, 2), false));
        assertThat(mending(7, 2, 3)).isEqualTo(new Mending.Needed(List.of(3), true));
        assertThat(mending(7, 0, 4)).isEqualTo(new Mending.Needed(List.of(), true));
        assertThat(mending(7, 0, 3, 4)).isEqualTo(new Mending.Needed(List.of(3), true));
        assertThat(problem(mending(7, 0, 2))).isEqualTo(BackupError.PART_LOST);
        assertThat(problem(mending(4, Mending.MAX_ROUNDS, 1))).isEqualTo(BackupError.STORE_FAILED);
        Upload upload = after(4).upload().orElseThrow();
        assertThat(problem(Mending.after(new PartComparison.UploadUnknown(), after(4), upload, 0)))
                .isEqualTo(BackupError.UPLOAD_LOST);
        assertThat(Mending.after(new PartComparison.Equal(), after(4), upload, 9))
                .isEqualTo(new Mending.Unneeded());
        for (BackupError error : List.of(BackupError.PART_LOST, BackupError.STORE_FAILED, BackupError.UPLOAD_LOST)) {
            assertThat(error.category().transientFailure()).isTrue();
        }
    }

    private static Mending mending(int events, int round, Integer... numbers) {
        StripeState state = after(events);
        return Mending.after(
                new PartComparison.Different(List.of(numbers), "it differs"),
                state,
                state.upload().orElseThrow(),
                round);
    }

    private static BackupError problem(Mending mending) {
        return ((Mending.Impossible) mending).problem().error();
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
