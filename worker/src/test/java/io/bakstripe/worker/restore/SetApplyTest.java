package io.bakstripe.worker.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import akka.Done;
import akka.actor.testkit.typed.javadsl.ActorTestKit;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.message.HostCommand;
import io.bakstripe.protocol.name.HostName;
import io.bakstripe.protocol.stripe.Extent;
import io.bakstripe.protocol.stripe.ExtentKind;
import io.bakstripe.worker.budget.ByteBudget;
import io.bakstripe.worker.engine.Piece;
import io.bakstripe.worker.format.Chunk;
import io.bakstripe.worker.format.FrameType;
import io.bakstripe.worker.format.Place;
import io.bakstripe.worker.format.StripeTrailer.PartEntry;
import io.bakstripe.worker.restore.FoundSet.FoundStripe;
import io.bakstripe.worker.store.MemoryObjectStore;
import io.bakstripe.worker.store.ObjectStore;
import io.bakstripe.worker.store.RequestScope;
import io.bakstripe.worker.store.Stores;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SetApplyTest {
    private static final ActorTestKit KIT = ActorTestKit.create();
    private static final long BUDGET = 16 << 20;

    @TempDir
    Path temp;

    private final MemoryObjectStore store = SampleSet.emptyStore();
    private final SampleSet set = new SampleSet();
    private final ByteBudget budget = new ByteBudget(BUDGET);
    private final Recorder recorder = new Recorder();
    private Path target = Path.of("");

    @BeforeEach
    void makeTarget() throws IOException {
        target = Files.createDirectory(temp.resolve("target"));
    }

    @AfterAll
    static void stopKit() {
        KIT.shutdownTestKit();
    }

    @Test
    void restoresEveryFileBitForBit() throws Exception {
        set.into(store);

        apply(found());

        assertRestored();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(target.resolve("base/5"))))
                .isEqualTo("rwx------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(target.resolve("PG_VERSION"))))
                .isEqualTo("rw-------");
        assertThat(recorder.bytes.get())
                .isEqualTo(set.files.values().stream()
                        .mapToLong(bytes -> bytes.length)
                        .sum());
        assertThat(recorder.parts).contains("1/1", "1/2", "2/1").doesNotHaveDuplicates();
    }

    @Test
    void givesTheWholeBudgetBack() throws Exception {
        set.into(store);

        apply(found());

        await().untilAsserted(() -> assertThat(budget.free()).isEqualTo(BUDGET));
    }

    @Test
    void worksWithABudgetSmallerThanOneRange() throws Exception {
        set.into(store);

        applier(found(), new ByteBudget(1000)).run().toCompletableFuture().get(20, TimeUnit.SECONDS);

        assertRestored();
    }

    @Test
    void leavesOutFilesThatVanishedAndAcceptsShortOnes() throws Exception {
        set.extra.add(piece("base/5/gone", 0, 8192, Piece.State.WHOLE));
        set.extra.add(piece("base/5/gone", 8192, 0, Piece.State.VANISHED));
        set.extra.add(piece("base/5/cut", 0, 100, Piece.State.SHORT));
        set.extraManifest.add(Extent.file("base/5/gone", 0, 16384));
        set.extraManifest.add(Extent.file("base/5/cut", 0, 8192));
        set.into(store);

        apply(found());

        assertThat(target.resolve("base/5/gone")).doesNotExist();
        assertThat(target.resolve("base/5/cut")).hasSize(100);
    }

    @Test
    void namesTheFileAndPartOfAFlippedByte() {
        set.into(store);
        byte[] bytes = store.bytes(SampleSet.arn(SampleSet.key(2))).orElseThrow();
        int inPartTwo = (int) found().stripes().get(1).trailer().parts().get(1).offset() + 50;
        bytes[inPartTwo] ^= 1;
        store.put(SampleSet.arn(SampleSet.key(2)), bytes, Map.of());

        assertFails(found(), BackupError.FILE_DAMAGED, SampleSet.key(2) + ", part 2");
        await().untilAsserted(() -> assertThat(budget.free()).isEqualTo(BUDGET));
    }

    @Test
    void refusesAFileThatWasReplacedAfterItWasFound() {
        set.into(store);
        FoundSet found = found();
        set.extra.add(piece("base/5/new", 0, 10, Piece.State.WHOLE));
        set.into(store);

        assertFails(found, BackupError.FILE_CHANGED, "was replaced");
    }

    @Test
    void refusesAPathThatLeavesTheTarget() {
        set.extra.add(piece("base/../../escaped", 0, 10, Piece.State.WHOLE));
        set.into(store);

        assertFails(found(), BackupError.PATH_UNSAFE, "base/../../escaped");
        assertThat(temp.resolve("escaped")).doesNotExist();
    }

    @Test
    void refusesSymbolicLinksInTheTarget() throws IOException {
        Path outside = Files.createDirectory(temp.resolve("outside"));
        Files.createSymbolicLink(target.resolve("base"), outside);
        set.into(store);

        assertFails(found(), BackupError.PATH_UNSAFE, "leaves the target");
        try (var written = Files.list(outside)) {
            assertThat(written).isEmpty();
        }
    }

    @Test
    void refusesToWriteThroughAFileThatIsALink() throws IOException {
        Path outside = temp.resolve("outside.txt");
        Files.writeString(outside, "mine");
        Files.createSymbolicLink(target.resolve("PG_VERSION"), outside);
        set.into(store);

        assertFails(found(), BackupError.PATH_UNSAFE, "PG_VERSION");
        assertThat(outside).hasContent("mine");
    }

    @Test
    void refusesASetWhoseManifestListsMoreThanItHolds() {
        set.extraManifest.add(Extent.file("base/5/never", 0, 0));
        set.into(store);

        assertFails(found(), BackupError.MANIFEST_MISMATCH, "base/5/never is missing");
    }

    @Test
    void refusesAFileOfAnotherSizeThanListed() {
        set.extra.add(piece("base/5/odd", 0, 10, Piece.State.WHOLE));
        set.extraManifest.add(Extent.file("base/5/odd", 0, 11));
        set.into(store);

        assertFails(found(), BackupError.MANIFEST_MISMATCH, "base/5/odd has 10 bytes instead of 11");
    }

    @Test
    void writesNothingMoreOnceItWasStopped() throws Exception {
        set.into(store);
        FoundSet found = found();
        CompletableFuture<Void> gate = store.holdReadsFrom(1);
        SetApply applier = applier(found, budget);
        CompletableFuture<Done> running = applier.run().toCompletableFuture();
        await().until(() -> store.reads().size() > 8);

        applier.stop().toCompletableFuture().get(10, TimeUnit.SECONDS);
        long sizes = sizes();
        gate.complete(null);

        assertThat(problem(running).error()).isEqualTo(BackupError.STOPPED_BY_NODE);
        assertThat(sizes()).isEqualTo(sizes);
        await().untilAsserted(() -> assertThat(budget.free()).isEqualTo(BUDGET));
    }

    @Test
    void recordsAPartOnlyWhenItsFilesAndTheirDirectoriesAreSynced() throws Exception {
        set.into(store);
        FoundSet found = found();
        WatchedDisk disk = new WatchedDisk();
        recorder.disk = disk;

        applier(found, budget, disk).run().toCompletableFuture().get(20, TimeUnit.SECONDS);

        List<String> log = disk.log();
        for (FoundStripe stripe : found.stripes()) {
            byte[] file = store.bytes(stripe.object().file()).orElseThrow();
            for (PartEntry part : stripe.trailer().parts()) {
                int recorded = log.indexOf("part " + stripe.header().family() + "/" + part.number());
                assertThat(recorded).isPositive();
                for (Piece piece : piecesOf(stripe, part, file)) {
                    Path at = target.resolve(piece.path());
                    if (piece.kind() == ExtentKind.FILE) {
                        // A file without bytes is not written to, only made.
                        int written = Math.max(0, log.indexOf("write " + at + "@" + piece.offset()));
                        assertThat(log.subList(written, recorded)).contains("sync " + at);
                    }
                    assertThat(log.subList(0, recorded)).contains("sync " + at.getParent());
                }
            }
        }
    }

    private static List<Piece> piecesOf(FoundStripe stripe, PartEntry part, byte[] file) {
        Place place = Place.part(stripe.object().file(), part.number());
        ByteBuffer bytes = ByteBuffer.wrap(file, (int) part.offset(), (int) part.storedBytes());
        List<Piece> pieces = new ArrayList<>();
        new PartCutter(stripe.object().file())
                .cut(new PartCutter.Range(part, part.offset(), (int) part.storedBytes(), true), bytes.slice())
                .forEach(place, (offset, frame) -> {
                    if (frame.type() == FrameType.DATA) {
                        pieces.addAll(Chunk.decode(place, frame.payload(place)));
                    }
                });
        return pieces;
    }

    @Test
    void namesTheFileThatAFullDiskHadNoRoomFor() {
        set.into(store);
        WatchedDisk disk = new WatchedDisk();
        disk.free(1_000_000);

        Problem problem = problem(applier(found(), budget, disk).run().toCompletableFuture());

        assertThat(problem.error()).isEqualTo(BackupError.HOST_IO);
        assertThat(problem.detail()).contains("host 'local' failed to write ").endsWith(": No space left on device");
        await().untilAsserted(() -> assertThat(budget.free()).isEqualTo(BUDGET));
    }

    @Test
    void asksTheStoreOnBehalfOfOneBudgetForTheWholeRestore() throws Exception {
        set.into(store);
        FoundSet found = found();
        List<RequestScope> scopes = new ArrayList<>();
        ObjectStore scoped = (ObjectStore) Proxy.newProxyInstance(
                ObjectStore.class.getClassLoader(), new Class<?>[] {ObjectStore.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("within")) {
                        scopes.add((RequestScope) arguments[0]);
                        return store;
                    }
                    throw new AssertionError("asked outside of the budget: " + method);
                });

        applier(found, budget, Disk.ofHost(), scoped)
                .run()
                .toCompletableFuture()
                .get(20, TimeUnit.SECONDS);

        assertThat(scopes).hasSize(1);
        int repetitions = 0;
        while (scopes.get(0).mayRepeat()) {
            repetitions++;
        }
        assertThat(repetitions).isEqualTo(3);
    }

    private long sizes() throws IOException {
        try (var walk = Files.walk(target)) {
            return walk.mapToLong(path -> path.toFile().length()).sum();
        }
    }

    private void assertRestored() throws IOException {
        for (String directory : set.directories) {
            assertThat(target.resolve(directory)).isDirectory();
        }
        for (var file : set.files.entrySet()) {
            assertThat(target.resolve(file.getKey())).hasBinaryContent(file.getValue());
        }
        try (var walk = Files.walk(target)) {
            assertThat(walk.filter(Files::isRegularFile).count()).isEqualTo(set.files.size());
        }
    }

    private void apply(FoundSet found) throws Exception {
        applier(found, budget).run().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    private void assertFails(FoundSet found, BackupError error, String text) {
        Problem problem = problem(applier(found, budget).run().toCompletableFuture());
        assertThat(problem.error()).isEqualTo(error);
        assertThat(problem.detail()).contains(text);
    }

    private static Problem problem(CompletableFuture<Done> running) {
        try {
            running.orTimeout(20, TimeUnit.SECONDS).join();
        } catch (CompletionException failed) {
            assertThat(failed.getCause()).isNotInstanceOf(TimeoutException.class);
            return Problem.of(failed);
        }
        throw new AssertionError("it did not fail");
    }

    private FoundSet found() {
        return new StoreSetFinder(store, StoreSetFinderTest.SETTINGS)
                .find(SampleSet.arn("orders-*"))
                .toCompletableFuture()
                .join();
    }

    private SetApply applier(FoundSet found, ByteBudget from) {
        return applier(found, from, Disk.ofHost());
    }

    private SetApply applier(FoundSet found, ByteBudget from, Disk disk) {
        return applier(found, from, disk, store);
    }

    private SetApply applier(FoundSet found, ByteBudget from, Disk disk, ObjectStore source) {
        RestoreSettings few = new RestoreSettings(
                64 << 10,
                4,
                3,
                2,
                2,
                100_000,
                3,
                100,
                StoreSetFinderTest.SETTINGS.hostAnswer(),
                StoreSetFinderTest.SETTINGS.hostPatience());
        RestoreDependencies dependencies = new RestoreDependencies(
                any -> arn -> CompletableFuture.failedFuture(new IllegalStateException()),
                Stores.only(source),
                from,
                few,
                InstantSource.system(),
                host -> KIT.createTestProbe(HostCommand.class).getRef(),
                (database, report) -> {},
                "node");
        return new SetApply(
                dependencies.settings(),
                dependencies.budget(),
                PlainFiles.of(source),
                KIT.system(),
                new HostName("local"),
                target,
                found,
                recorder,
                disk);
    }

    private static Piece piece(String path, long offset, int length, Piece.State state) {
        return new Piece(ExtentKind.FILE, path, offset, new byte[length], state);
    }

    private static final class Recorder implements SetApply.Listener {
        private final AtomicLong bytes = new AtomicLong();
        private volatile @Nullable WatchedDisk disk;
        private final List<String> parts = Collections.synchronizedList(new ArrayList<>());

        @Override
        public void progress(int family, long more) {
            bytes.addAndGet(more);
        }

        @Override
        public CompletionStage<Done> partApplied(int family, int part, long doneBytes) {
            parts.add(family + "/" + part);
            WatchedDisk watched = disk;
            if (watched != null) {
                watched.note("part " + family + "/" + part);
            }
            return CompletableFuture.completedFuture(Done.done());
        }
    }
}
