package io.bakstripe.worker.engine.postgres;

import static io.bakstripe.worker.engine.postgres.TestSource.NAME;

import io.bakstripe.protocol.name.BackupSetId;
import io.bakstripe.protocol.stripe.BackupBasis;
import io.bakstripe.protocol.stripe.DifferentialBase;
import io.bakstripe.protocol.stripe.Extent;
import io.bakstripe.protocol.stripe.ExtentKind;
import io.bakstripe.worker.engine.BackupHold;
import io.bakstripe.worker.engine.BackupOrder;
import io.bakstripe.worker.engine.BaseFiles;
import io.bakstripe.worker.engine.BlockRuns;
import io.bakstripe.worker.engine.Engine.SourceAddress;
import io.bakstripe.worker.engine.ExtentReader;
import io.bakstripe.worker.engine.Listed;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

/** Full backups with their differentials, written straight into directories: the simplest thing that does what the rules of restoring say. */
final class PlainChain {
    private PlainChain() {}

    /** A full backup whose data lie in a directory, without its log and labels. */
    record Base(DifferentialBase base, BaseFiles files) {
        BackupOrder differential() {
            return TestSource.order("differential", BackupBasis.differential(base))
                    .over(files);
        }
    }

    /** Backs up a server whole. */
    static Base full(PostgresEngine engine, SourceAddress address, Path target) throws Exception {
        try (BackupHold hold = engine.open(address, TestSource.full("base"));
                ExtentReader reader = engine.reader(address, NAME)) {
            List<Extent> extents = TestSource.list(hold);
            TestSource.restore(reader, extents, target);
            BaseFiles files = new BaseFiles();
            extents.stream()
                    .filter(extent -> extent.kind() == ExtentKind.FILE)
                    .forEach(extent -> files.add(extent.path(), extent.length()));
            DifferentialBase base = new DifferentialBase(
                    new BackupSetId(new UUID(1, 2)),
                    List.of(),
                    hold.start(),
                    hold.stop().lastLsn());
            return new Base(base, files);
        }
    }

    static List<Listed> list(BackupHold hold) {
        List<Listed> listed = new ArrayList<>();
        hold.list(listed::add);
        return listed;
    }

    /** What is to be read for a listing. */
    static List<Extent> extents(List<Listed> listing) {
        return listing.stream()
                .flatMap(listed -> listed.changed()
                        .map(blocks -> runs(listed.extent().path(), blocks).stream())
                        .orElseGet(() -> Stream.of(listed.extent())))
                .toList();
    }

    static List<Extent> runs(String path, BlockRuns blocks) {
        List<Extent> runs = new ArrayList<>();
        for (Optional<Extent> run = blocks.next(path, 0); run.isPresent(); ) {
            runs.add(run.get());
            run = blocks.next(path, run.get().offset() + run.get().length());
        }
        return runs;
    }

    /** The blocks of 8 KiB in the listing of a file; empty when it is listed whole. */
    static Optional<BitSet> blocks(Listed listed) {
        return listed.changed().map(changed -> {
            BitSet blocks = new BitSet();
            runs(listed.extent().path(), changed)
                    .forEach(run ->
                            blocks.set((int) (run.offset() / 8192), (int) ((run.offset() + run.length()) / 8192)));
            return blocks;
        });
    }

    /** Lays the data of a differential over those of its base. */
    static void lay(ExtentReader reader, List<Listed> listing, Path over) throws Exception {
        Set<Path> listed = new HashSet<>();
        for (Listed each : listing) {
            Path path = over.resolve(each.extent().path());
            listed.add(path);
            // What is whole replaces what was there.
            if (each.changed().isEmpty() && each.extent().kind() == ExtentKind.FILE) {
                Files.deleteIfExists(path);
            }
        }
        removeOthers(over, listed);
        TestSource.restore(reader, extents(listing), over);
        for (Listed each : listing) {
            // It may have vanished since.
            if (each.changed().isPresent()
                    && Files.exists(over.resolve(each.extent().path()))) {
                resize(over.resolve(each.extent().path()), each.extent().length());
            }
        }
    }

    private static void removeOthers(Path root, Set<Path> listed) throws IOException {
        try (Stream<Path> all = Files.walk(root)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                if (!path.equals(root) && !listed.contains(path)) {
                    Files.delete(path);
                }
            }
        }
    }

    private static void resize(Path file, long size) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            if (channel.size() > size) {
                channel.truncate(size);
            }
        }
    }
}
