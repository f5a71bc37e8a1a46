package io.bakstripe.worker.restore;

import io.bakstripe.protocol.error.BakstripeException;
import io.bakstripe.protocol.name.HostName;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.stripe.Extent;
import io.bakstripe.protocol.stripe.ExtentKind;
import io.bakstripe.worker.engine.Piece;
import io.bakstripe.worker.format.Codec;
import io.bakstripe.worker.format.Frame;
import io.bakstripe.worker.format.FrameEncoder;
import io.bakstripe.worker.format.ManifestPage;
import io.bakstripe.worker.format.Place;
import io.bakstripe.worker.format.SampleStripe;
import io.bakstripe.worker.restore.FoundSet.FoundStripe;
import io.bakstripe.worker.restore.PartCutter.Range;
import io.bakstripe.worker.restore.RangeWriter.ManifestFrame;
import io.bakstripe.worker.store.MemoryObjectStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;

/** Restores a set of one file by the same classes as a restore does, on one thread and without syncing: for tests of very many files. */
final class OneFile {
    static final S3Arn ARN = SampleSet.arn("fuzz.bak");
    private static final HostName HOST = new HostName("local");

    /** Small, so that frames reach across ranges. */
    private static final int RANGE_BYTES = 1024;

    private static final long MOST_READ = 1 << 20;

    private final Path target;
    private final MemoryObjectStore store = SampleSet.emptyStore();
    private final StoreSetFinder finder = new StoreSetFinder(store, StoreSetFinderTest.SETTINGS);
    private final PlainRooms rooms = new PlainRooms(1);

    /** @param target an empty directory */
    OneFile(Path target) {
        this.target = target;
    }

    /** A small file with every kind of frame and of entry. */
    static byte[] sample(Codec codec) {
        byte[] table = "abcdefgh".repeat(100).getBytes(StandardCharsets.US_ASCII);
        List<Piece> pieces = List.of(
                new Piece(ExtentKind.DIRECTORY, "base", 0, new byte[0], Piece.State.WHOLE),
                new Piece(ExtentKind.FILE, "base/1", 0, table, Piece.State.WHOLE),
                new Piece(ExtentKind.FILE, "base/2", 0, new byte[3], Piece.State.SHORT),
                new Piece(ExtentKind.FILE, "base/3", 0, new byte[0], Piece.State.VANISHED),
                new Piece(ExtentKind.FILE, "base/4", 0, new byte[0], Piece.State.WHOLE));
        List<Piece> closing = List.of(
                new Piece(ExtentKind.FILE, "base/1", 800, table, Piece.State.WHOLE),
                new Piece(ExtentKind.INLINE, "backup_label", 0, new byte[] {'S'}, Piece.State.WHOLE));
        byte[] page = ManifestPage.encode(List.of(
                Extent.directory("base"),
                Extent.file("base/1", 0, 1600),
                Extent.file("base/2", 0, 8192),
                Extent.file("base/3", 0, 8192),
                Extent.file("base/4", 0, 0),
                Extent.inline("backup_label", new byte[] {'S'})));
        return new SampleStripe(SampleStripe.SET, 1, 1, codec)
                .chunk(pieces)
                .frame(FrameEncoder.padding(48))
                .endPart()
                .chunk(closing)
                .manifest(page)
                .finish(SampleStripe.stop(6, 1604));
    }

    /** The files that came out, by path; the target is empty again afterwards. Throws what the restore throws. */
    Map<String, String> restore(byte[] file) {
        store.put(ARN, file, Map.of());
        FoundSet found;
        try {
            found = finder.find(ARN).toCompletableFuture().join();
        } catch (CompletionException failed) {
            throw failed.getCause() instanceof BakstripeException refused ? refused : failed;
        }
        try (DataDirectoryWriter writer = new DataDirectoryWriter(HOST, target, new OpenFiles(4, Disk.ofHost()))) {
            write(found, file, writer);
            return tree();
        } finally {
            empty();
        }
    }

    private void write(FoundSet found, byte[] file, DataDirectoryWriter writer) {
        FoundStripe stripe = found.stripes().get(0);
        PartCutter cutter = new PartCutter(ARN);
        List<ManifestFrame> manifest = new ArrayList<>();
        Iterator<Range> ranges = PartCutter.ranges(stripe.trailer().parts(), RANGE_BYTES);
        PlainRooms.Room room = rooms.acquire().toCompletableFuture().join();
        try {
            while (ranges.hasNext()) {
                Range range = ranges.next();
                ByteBuffer bytes = ByteBuffer.wrap(file, (int) range.offset(), range.length());
                PartCutter.Cut cut = cutter.cut(range, bytes.slice());
                manifest.addAll(new RangeWriter(ARN, cut, writer, written -> {})
                        .write(room)
                        .manifest());
            }
        } finally {
            room.release();
        }
        writer.removeVanished();
        ManifestCheck check = new ManifestCheck(writer);
        for (ManifestFrame at : manifest) {
            Place place = Place.part(ARN, at.part());
            Frame frame =
                    Objects.requireNonNull(Frame.next(place, ByteBuffer.wrap(file, (int) at.offset(), at.length())));
            ManifestPage.forEach(place, ByteBuffer.wrap(frame.payload(place)), entry -> check.entry(place, entry));
        }
        check.finish(ARN, found.stop().files());
    }

    private Map<String, String> tree() {
        Map<String, String> tree = new TreeMap<>();
        try (Stream<Path> walk = Files.walk(target)) {
            for (Path path : walk.filter(Files::isRegularFile).toList()) {
                // A forged offset makes a file with a hole of terabytes.
                boolean hollow = Files.size(path) > MOST_READ;
                tree.put(
                        target.relativize(path).toString(),
                        hollow ? "hollow" : Files.readString(path, StandardCharsets.ISO_8859_1));
            }
            return tree;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private void empty() {
        try (Stream<Path> walk = Files.walk(target)) {
            for (Path path : walk.sorted(Comparator.reverseOrder()).toList()) {
                if (!path.equals(target)) {
                    Files.delete(path);
                }
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
