package io.bakstripe.worker.stripe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.message.SessionCommand.SlicesReply;
import io.bakstripe.protocol.message.SessionCommand.SlicesReply.Slices;
import io.bakstripe.protocol.stripe.Extent;
import io.bakstripe.protocol.stripe.ExtentKind;
import io.bakstripe.protocol.stripe.PlanKind;
import io.bakstripe.worker.budget.ByteBudget;
import io.bakstripe.worker.engine.Piece;
import io.bakstripe.worker.journal.StripeEvent.Position;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Plans that are taken up anywhere, and runs of them. */
class ChunkSourceTest {
    private static final ActorTestKit KIT = ActorTestKit.create("chunks", StripeFixture.config());
    private final StripeFixture fixture = new StripeFixture(KIT, 1, new ByteBudget(1 << 20));

    @AfterAll
    static void shutDown() {
        KIT.shutdownTestKit();
    }

    private List<PlannedChunk> chunks(List<Extent> plan, PlanRange range, int perPage) {
        PlanReader reader = new PlanReader(fixture.sources, fixture.spec(1, 1), () -> {}, Runnable::run);
        ChunkSource source =
                new ChunkSource(range, page -> CompletableFuture.completedFuture(page(plan, page, perPage)), reader);
        List<PlannedChunk> chunks = new ArrayList<>();
        try {
            while (true) {
                Optional<PlannedChunk> next =
                        source.next().toCompletableFuture().join();
                if (next.isEmpty()) {
                    return chunks;
                }
                chunks.add(next.get());
            }
        } finally {
            reader.release();
        }
    }

    private static SlicesReply page(List<Extent> plan, int page, int perPage) {
        int from = Math.min(page * perPage, plan.size());
        int to = Math.min(from + perPage, plan.size());
        return new Slices(page, plan.subList(from, to), to == plan.size());
    }

    /** What a run holds: the bytes of each file, in order, and the pages of the manifest under an empty name. */
    private static Map<String, String> content(List<List<PlannedChunk>> runs) {
        Map<String, ByteArrayOutputStream> files = new TreeMap<>();
        for (List<PlannedChunk> run : runs) {
            for (PlannedChunk chunk : run) {
                if (chunk instanceof PlannedChunk.ManifestChunk manifest) {
                    files.computeIfAbsent("", name -> new ByteArrayOutputStream())
                            .writeBytes(manifest.page());
                } else {
                    for (Piece piece : ((PlannedChunk.Pieces) chunk).pieces()) {
                        files.computeIfAbsent(piece.path(), name -> new ByteArrayOutputStream())
                                .writeBytes(piece.bytes());
                    }
                }
            }
        }
        Map<String, String> content = new TreeMap<>();
        files.forEach(
                (name, bytes) -> content.put(name, bytes.size() + " bytes, " + Arrays.hashCode(bytes.toByteArray())));
        return content;
    }

    private List<Extent> randomPlan(Random random) {
        List<Extent> plan = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            String path = "f/" + i;
            switch (random.nextInt(6)) {
                case 0 -> plan.add(Extent.directory(path));
                case 1 -> plan.add(Extent.inline(path, new byte[] {1, 2, 3}));
                case 2 -> plan.add(Extent.manifest(new byte[] {(byte) i}));
                case 3 -> plan.add(Extent.log(path, (3 << 20) + 512));
                default -> {
                    int bytes = random.nextInt(4) == 0 ? 0 : random.nextInt(3 << 20);
                    fixture.database.file(path, bytes);
                    int cut = bytes / 3;
                    plan.add(Extent.file(path, 0, cut));
                    plan.add(Extent.file(path, cut, bytes - cut));
                }
            }
        }
        return plan;
    }

    @Test
    void isTheSamePlanWhereverItIsCut() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int round = 0; round < 20; round++) {
            List<Extent> plan = randomPlan(random);
            Position start = Position.start(PlanKind.DATA);
            List<PlannedChunk> whole = chunks(plan, PlanRange.from(start), 100);
            Map<String, String> expected = content(List.of(whole));
            Position cut = whole.get(random.nextInt(whole.size())).to();
            Position second = whole.get(random.nextInt(whole.size())).to();
            boolean later = new PlanRange(start, Optional.of(cut)).endsAt(second);
            int perPage = 1 + random.nextInt(5);

            List<PlannedChunk> before = chunks(plan, new PlanRange(start, Optional.of(cut)), perPage);
            List<PlannedChunk> rest = chunks(plan, PlanRange.from(cut), perPage);

            assertThat(content(List.of(before, rest)))
                    .as("seed %d, round %d, cut %s", seed, round, cut)
                    .isEqualTo(expected);
            assertThat(before.get(before.size() - 1).to()).as("seed %d", seed).isEqualTo(cut);
            if (later) {
                List<PlannedChunk> middle = chunks(plan, new PlanRange(cut, Optional.of(second)), perPage);
                List<PlannedChunk> last = chunks(plan, PlanRange.from(second), perPage);
                assertThat(content(List.of(before, middle, last)))
                        .as("seed %d, round %d", seed, round)
                        .isEqualTo(expected);
            }
        }
    }

    @Test
    void asksForTheRestOfAFileAndForTheWholeOfALogSegment() {
        fixture.database.file("f", 3 << 20);
        List<Extent> plan = List.of(Extent.file("f", 1 << 20, 2 << 20), Extent.log("pg_wal/1", 4 << 20));

        List<PlannedChunk> file = chunks(
                plan,
                new PlanRange(
                        new Position(PlanKind.DATA, 0, 1 << 19), Optional.of(new Position(PlanKind.DATA, 0, 1 << 20))),
                9);
        List<PlannedChunk> log = chunks(
                plan,
                new PlanRange(
                        new Position(PlanKind.DATA, 1, 700), Optional.of(new Position(PlanKind.DATA, 1, 2 << 20))),
                9);

        assertThat(fixture.sources.asked)
                .containsExactly(Extent.file("f", (1 << 20) + (1 << 19), 1 << 19), plan.get(1));
        Piece piece = ((PlannedChunk.Pieces) file.get(0)).pieces().get(0);
        assertThat(piece.offset()).isEqualTo((1 << 20) + (1 << 19));
        Piece first = ((PlannedChunk.Pieces) log.get(0)).pieces().get(0);
        assertThat(first.kind()).isEqualTo(ExtentKind.LOG);
        assertThat(first.offset()).isEqualTo(700);
        assertThat(log.stream().mapToLong(PlannedChunk::plainBytes).sum()).isEqualTo((2 << 20) - 700);
    }

    @Test
    void endsWhereTheRunEndsAlthoughTheFileHasBecomeShorter() {
        fixture.database.file("f", 100);
        List<Extent> plan = List.of(Extent.file("f", 0, 3 << 20), Extent.directory("d"));
        Position until = new Position(PlanKind.DATA, 0, 2 << 20);

        List<PlannedChunk> run = chunks(plan, new PlanRange(Position.start(PlanKind.DATA), Optional.of(until)), 9);

        assertThat(run).hasSize(1);
        assertThat(run.get(0).to()).isEqualTo(until);
        assertThat(run.get(0).plainBytes()).isEqualTo(100);
    }

    @Test
    void refusesAPlanThatIsShorterThanWhatIsRecorded() {
        List<Extent> plan = List.of(Extent.directory("d"));

        for (Position beyond : List.of(new Position(PlanKind.DATA, 2, 0), new Position(PlanKind.DATA, 1, 5))) {
            assertThatThrownBy(() -> chunks(plan, PlanRange.from(beyond), 9))
                    .satisfies(
                            failure -> assertThat(Problem.of(failure).error()).isEqualTo(BackupError.PROTOCOL_BROKEN));
        }
        assertThat(chunks(plan, PlanRange.from(new Position(PlanKind.DATA, 1, 0)), 9))
                .isEmpty();
    }
}
