package io.bakstripe.worker.restore;

import akka.Done;
import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.typed.DispatcherSelector;
import com.typesafe.config.ConfigFactory;
import io.bakstripe.protocol.message.HostCommand;
import io.bakstripe.protocol.name.HostName;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.stripe.Extent;
import io.bakstripe.protocol.stripe.ExtentKind;
import io.bakstripe.worker.budget.ByteBudget;
import io.bakstripe.worker.engine.Piece;
import io.bakstripe.worker.format.Codec;
import io.bakstripe.worker.format.ManifestPage;
import io.bakstripe.worker.format.SampleStripe;
import io.bakstripe.worker.store.Stores;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.stream.Stream;

/**
 * How fast a set becomes files, without network and database: makes a set of 4 stripes in a folder, once, and applies it several times. To be run by
 * hand: {@code ApplyBenchmark FOLDER [MIB] [RUNS]}; prints wall-clock seconds, seconds of CPU and MB/s of plain bytes for each run.
 */
final class ApplyBenchmark {
    private static final int FAMILIES = 4;
    private static final int PIECE = 1 << 20;
    private static final int PIECES_PER_PART = 32;
    private static final int SMALL_FILES = 2000;
    private static final int SMALL_BYTES = 24 << 10;
    private static final int BIG_PIECES = 128;
    private static final long BUDGET = 192L << 20;

    private ApplyBenchmark() {}

    public static void main(String[] arguments) throws IOException {
        Path folder = Files.createDirectories(Path.of(arguments[0]));
        int mebibytes = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 1024;
        int runs = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 3;
        Path set = folder.resolve("set");
        if (!Files.exists(set)) {
            write(Files.createDirectories(set), mebibytes);
        }
        ActorTestKit kit = ActorTestKit.create();
        try {
            for (int run = 0; run < runs; run++) {
                Path target = Files.createDirectory(folder.resolve("target"));
                apply(kit, set, target);
                try (Stream<Path> walk = Files.walk(target)) {
                    for (Path path : walk.sorted(Comparator.reverseOrder()).toList()) {
                        Files.delete(path);
                    }
                }
            }
        } finally {
            kit.shutdownTestKit();
        }
    }

    private static void write(Path set, int mebibytes) throws IOException {
        List<Extent> manifest = new ArrayList<>(List.of(Extent.directory("base")));
        List<Piece> pieces = new ArrayList<>();
        for (int piece = 0; piece < mebibytes; piece++) {
            String path = "base/big" + piece / BIG_PIECES;
            long at = (long) (piece % BIG_PIECES) * PIECE;
            pieces.add(new Piece(ExtentKind.FILE, path, at, new byte[0], Piece.State.WHOLE));
            if (piece % BIG_PIECES == BIG_PIECES - 1 || piece == mebibytes - 1) {
                manifest.add(Extent.file(path, 0, at + PIECE));
            }
        }
        for (int file = 0; file < SMALL_FILES; file++) {
            manifest.add(Extent.file("base/small" + file, 0, SMALL_BYTES));
        }
        long plain = (long) mebibytes * PIECE + (long) SMALL_FILES * SMALL_BYTES;
        Random random = new Random(5);
        for (int family = 1; family <= FAMILIES; family++) {
            SampleStripe stripe = new SampleStripe(SampleStripe.SET, family, FAMILIES, Codec.ZSTD);
            if (family == 1) {
                stripe.chunk(List.of(new Piece(ExtentKind.DIRECTORY, "base", 0, new byte[0], Piece.State.WHOLE)));
                stripe.manifest(ManifestPage.encode(manifest));
            }
            int chunks = 0;
            for (int index = family - 1; index < pieces.size(); index += FAMILIES) {
                Piece piece = pieces.get(index);
                stripe.chunk(List.of(
                        new Piece(piece.kind(), piece.path(), piece.offset(), rows(random, PIECE), Piece.State.WHOLE)));
                if (++chunks % PIECES_PER_PART == 0) {
                    stripe.endPart();
                }
            }
            List<Piece> small = new ArrayList<>();
            for (int file = family - 1; file < SMALL_FILES; file += FAMILIES) {
                small.add(new Piece(
                        ExtentKind.FILE, "base/small" + file, 0, rows(random, SMALL_BYTES), Piece.State.WHOLE));
                if (small.size() == PIECES_PER_PART) {
                    stripe.chunk(small);
                    small = new ArrayList<>();
                }
            }
            stripe.chunk(small);
            Files.write(
                    set.resolve("bench-" + family + ".bak"), stripe.finish(SampleStripe.stop(manifest.size(), plain)));
        }
    }

    /** About as compressible as a table of numbers and words: four to one. */
    private static byte[] rows(Random random, int length) {
        StringBuilder text = new StringBuilder(length + 100);
        while (text.length() < length) {
            text.append(random.nextInt(1_000_000))
                    .append("|order ")
                    .append(Long.toHexString(random.nextLong()))
                    .append("|customer of the northern branch, paid in full|")
                    .append(random.nextInt(100))
                    .append('\n');
        }
        return Arrays.copyOf(text.toString().getBytes(StandardCharsets.US_ASCII), length);
    }

    private static void apply(ActorTestKit kit, Path set, Path target) {
        Executor blocking = kit.system()
                .dispatchers()
                .lookup(DispatcherSelector.fromConfig("bakstripe.worker.blocking-dispatcher"));
        FolderObjectStore store = new FolderObjectStore(set, "backups", blocking);
        RestoreSettings settings = RestoreSettings.from(ConfigFactory.load().getConfig("bakstripe.worker"));
        FoundSet found = new StoreSetFinder(store, settings)
                .find(new S3Arn("backups", "bench-*"))
                .toCompletableFuture()
                .join();
        RestoreDependencies dependencies = new RestoreDependencies(
                any -> arn -> CompletableFuture.failedFuture(new IllegalStateException()),
                Stores.only(store),
                new ByteBudget(BUDGET),
                settings,
                InstantSource.system(),
                host -> kit.createTestProbe(HostCommand.class).getRef(),
                (database, report) -> {},
                "node");
        long begun = System.nanoTime();
        long cpu = cpu();
        new SetApply(dependencies, PlainFiles.of(store), kit.system(), new HostName("local"), target, found, new Unheard())
                .run()
                .toCompletableFuture()
                .join();
        double wall = (System.nanoTime() - begun) / 1e9;
        System.out.printf(
                "wall %.2f s, CPU %.2f s, %.0f MB/s%n",
                wall, (cpu() - cpu) / 1e9, found.stop().plainBytes() / 1e6 / wall);
    }

    private static long cpu() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }

    private static final class Unheard implements SetApply.Listener {
        @Override
        public void progress(int family, long bytes) {
            // Nobody watches.
        }

        @Override
        public CompletionStage<Done> partApplied(int family, int part, long doneBytes) {
            return CompletableFuture.completedFuture(Done.done());
        }
    }
}
