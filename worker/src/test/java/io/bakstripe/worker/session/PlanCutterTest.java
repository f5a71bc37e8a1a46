package io.bakstripe.worker.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.protocol.stripe.Extent;
import io.bakstripe.protocol.stripe.ExtentKind;
import io.bakstripe.worker.engine.BlockRuns;
import io.bakstripe.worker.engine.Listed;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class PlanCutterTest {
    private static final List<Extent> PAGES =
            List.of(Extent.manifest(new byte[4000]), Extent.manifest(new byte[3000]), Extent.manifest(new byte[9]));

    record Case(long seed, int stripes) {}

    static Stream<Case> cases() {
        return new Random(7)
                .longs(40)
                .boxed()
                .flatMap(seed -> Stream.of(1, 2, 3, 7, 10).map(stripes -> new Case(seed, stripes)));
    }

    private static List<List<Extent>> data(List<Extent> listing, List<Extent> manifest, int stripes) {
        return extents(PlanCutter.data(listing.stream().map(Listed::whole).toList(), manifest, stripes));
    }

    private static List<List<Extent>> closing(List<Extent> closing, int stripes) {
        return extents(PlanCutter.closing(closing, stripes));
    }

    private static List<List<Extent>> extents(List<List<Portion>> stripes) {
        return stripes.stream()
                .map(stripe -> stripe.stream()
                        .flatMap(portion -> portion.next(0).stream())
                        .toList())
                .toList();
    }

    private static List<Extent> listing(long seed) {
        Random random = new Random(seed);
        List<Extent> listing = new ArrayList<>();
        int files = random.nextInt(400);
        for (int i = 0; i < files; i++) {
            long size = switch (random.nextInt(5)) {
                case 0 -> 0;
                case 1, 2 -> 8192L * random.nextInt(40);
                case 3 -> random.nextInt(5 << 20);
                default -> random.nextInt(30) == 0 ? 1L << 30 : 1L << random.nextInt(28);
            };
            listing.add(random.nextInt(10) == 0 ? Extent.directory("d" + i) : Extent.file("base/" + i, 0, size));
        }
        return listing;
    }

    @ParameterizedTest
    @MethodSource("cases")
    void losesNothingAndDoublesNothing(Case example) {
        List<Extent> listing = listing(example.seed());

        List<List<Extent>> cut = data(listing, List.of(), example.stripes());

        assertThat(cut).hasSize(example.stripes());
        Map<String, List<Extent>> byPath = cut.stream()
                .flatMap(List::stream)
                .collect(Collectors.groupingBy(Extent::path, TreeMap::new, Collectors.toList()));
        assertThat(byPath.keySet()).isEqualTo(listing.stream().map(Extent::path).collect(Collectors.toSet()));
        for (Extent whole : listing) {
            long at = 0;
            List<Extent> pieces = byPath.getOrDefault(whole.path(), List.of()).stream()
                    .sorted(Comparator.comparingLong(Extent::offset))
                    .toList();
            for (Extent piece : pieces) {
                assertThat(piece.offset()).isEqualTo(at);
                assertThat(piece.kind()).isEqualTo(whole.kind());
                at += piece.length();
            }
            assertThat(at).isEqualTo(whole.length());
            assertThat(pieces.size()).isLessThanOrEqualTo(example.stripes());
            assertThat(whole.length() < PlanCutter.GRAIN && pieces.size() > 1).isFalse();
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void givesEveryStripeTheSameBytesAndCutsAtGrains(Case example) {
        List<Extent> listing = listing(example.seed());

        List<List<Extent>> cut = data(listing, List.of(), example.stripes());

        List<Long> bytes = cut.stream()
                .map(extents -> extents.stream().mapToLong(Extent::length).sum())
                .toList();
        long most = bytes.stream().mapToLong(Long::longValue).max().orElseThrow();
        long least = bytes.stream().mapToLong(Long::longValue).min().orElseThrow();
        assertThat(most - least).isLessThanOrEqualTo(2 * PlanCutter.GRAIN);
        assertThat(cut.stream().flatMap(List::stream))
                .allSatisfy(
                        extent -> assertThat(extent.offset() % PlanCutter.GRAIN).isZero());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void cutsTheSameListingTheSameWay(Case example) {
        assertThat(data(listing(example.seed()), PAGES, example.stripes()).toString())
                .isEqualTo(
                        data(listing(example.seed()), PAGES, example.stripes()).toString());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7})
    void dealsChangedBlocksAsIfTheyLayEndToEnd(int stripes) {
        Random random = new Random(stripes);
        List<Listed> listing = new ArrayList<>();
        Map<String, BitSet> changed = new TreeMap<>();
        for (int i = 0; i < 20; i++) {
            BitSet blocks = new BitSet();
            random.ints(i * 100L, 0, 131_072).forEach(blocks::set);
            changed.put("base/5/" + i, (BitSet) blocks.clone());
            listing.add(Listed.changed(Extent.file("base/5/" + i, 0, 1 << 30), new BlockRuns(blocks, 8192)));
            listing.add(Listed.whole(Extent.file("base/5/" + i + "_vm", 0, 32_768)));
        }

        List<List<Portion>> cut = PlanCutter.data(listing, List.of(), stripes);

        List<Long> bytes = cut.stream()
                .map(stripe -> stripe.stream().mapToLong(Portion::bytes).sum())
                .toList();
        assertThat(Collections.max(bytes) - Collections.min(bytes)).isLessThanOrEqualTo(2 * PlanCutter.GRAIN);
        Map<String, BitSet> dealt = new TreeMap<>();
        for (Portion portion : cut.stream().flatMap(List::stream).toList()) {
            Optional<Extent> next = portion.next(0);
            for (;
                    next.isPresent();
                    next = portion.next(next.get().offset() + next.get().length())) {
                Extent run = next.get();
                BitSet blocks = dealt.computeIfAbsent(run.path(), path -> new BitSet());
                for (long at = run.offset(); at < run.offset() + run.length(); at += 8192) {
                    assertThat(blocks.get((int) (at / 8192))).isFalse();
                    blocks.set((int) (at / 8192));
                }
            }
        }
        dealt.keySet().removeIf(path -> path.endsWith("_vm"));
        changed.values().removeIf(BitSet::isEmpty);
        assertThat(dealt).isEqualTo(changed);
    }

    @Test
    void spreadsDirectoriesAndEmptyFiles() {
        List<Extent> listing = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            listing.add(i % 2 == 0 ? Extent.directory("d" + i) : Extent.file("f" + i, 0, 0));
        }

        assertThat(data(listing, List.of(), 4))
                .allSatisfy(stripe -> assertThat(stripe).hasSize(10));
    }

    @Test
    void putsTheControlFileLastAndDividesNothingThatCloses() {
        List<Extent> closing = List.of(
                Extent.log("pg_wal/1", 16 << 20),
                Extent.control("global/pg_control", 8192),
                Extent.log("pg_wal/2", 16 << 20),
                Extent.log("pg_wal/3", 16 << 20),
                Extent.inline("backup_label", new byte[200]));

        List<List<Extent>> cut = closing(closing, 3);

        assertThat(cut.stream().flatMap(List::stream)).containsExactlyInAnyOrderElementsOf(closing);
        List<Extent> withControl = cut.stream()
                .filter(extents -> extents.stream().anyMatch(extent -> extent.kind() == ExtentKind.CONTROL))
                .findFirst()
                .orElseThrow();
        assertThat(withControl.get(withControl.size() - 1).kind()).isEqualTo(ExtentKind.CONTROL);
        assertThat(cut)
                .allSatisfy(extents -> assertThat(extents.stream().filter(extent -> extent.kind() == ExtentKind.LOG))
                        .hasSize(1));
    }

    @Test
    void leavesStripesWithoutClosingDataWhenThereIsLittle() {
        List<Extent> closing = List.of(
                Extent.log("pg_wal/1", 16 << 20),
                Extent.inline("backup_label", new byte[200]),
                Extent.control("global/pg_control", 8192));

        assertThat(closing(closing, 4)).containsExactly(closing, List.of(), List.of(), List.of());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void putsEachPageOfTheManifestBehindTheDataOfOneStripe(Case example) {
        List<Extent> listing = listing(example.seed());

        List<List<Extent>> cut = data(listing, PAGES, example.stripes());

        List<List<Extent>> dataOnly = data(listing, List.of(), example.stripes());
        List<Extent> pages = new ArrayList<>();
        for (int stripe = 0; stripe < cut.size(); stripe++) {
            int data = dataOnly.get(stripe).size();
            assertThat(cut.get(stripe).subList(0, data)).isEqualTo(dataOnly.get(stripe));
            pages.addAll(cut.get(stripe).subList(data, cut.get(stripe).size()));
        }
        assertThat(pages).containsExactlyInAnyOrderElementsOf(PAGES);
    }
}
