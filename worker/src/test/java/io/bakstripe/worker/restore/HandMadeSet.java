package io.bakstripe.worker.restore;

import io.bakstripe.protocol.message.HostCommand.WrittenStep;
import io.bakstripe.protocol.name.BackupSetId;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.procedure.BackupType;
import io.bakstripe.protocol.stripe.ExtentKind;
import io.bakstripe.protocol.stripe.StopFacts;
import io.bakstripe.worker.engine.Piece;
import io.bakstripe.worker.format.Codec;
import io.bakstripe.worker.format.ManifestPage;
import io.bakstripe.worker.format.ManifestPage.Entry;
import io.bakstripe.worker.format.SampleStripe;
import io.bakstripe.worker.format.StripeHeader;
import io.bakstripe.worker.store.MemoryObjectStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** A set of one file, made of a directory as a backup of a server lies in it. */
public final class HandMadeSet {
    private static final int BLOCK = 8192;
    private static final int PIECE = 128 * BLOCK;
    private static final int PIECES_PER_PART = 4;

    private final Path tree;
    private final Optional<Path> base;
    private final SampleStripe stripe;
    private final List<Entry> entries = new ArrayList<>();
    private long plainBytes;
    private int pieces;

    private HandMadeSet(Path tree, Optional<Path> base, StripeHeader header) {
        this.tree = tree;
        this.base = base;
        this.stripe = new SampleStripe(header.setId(), 1, 1, Codec.ZSTD, header);
    }

    /** Puts a full or log backup into the store. */
    public static void put(MemoryObjectStore store, S3Arn file, BackupType type, WrittenStep step, Path tree)
            throws IOException {
        store.put(file, bytes(type, step, tree, Optional.empty(), step.set()), Map.of());
    }

    /** Puts what has changed between two full backups into the store as a differential. */
    static void putDifferential(MemoryObjectStore store, S3Arn file, WrittenStep step, Path base, Path tree)
            throws IOException {
        putDifferential(store, file, step, step.set(), base, tree);
    }

    /**
     * The same of a base that it names.
     *
     * @param full set id of the base
     */
    public static void putDifferential(
            MemoryObjectStore store, S3Arn file, WrittenStep step, BackupSetId full, Path base, Path tree)
            throws IOException {
        store.put(file, bytes(BackupType.DIFFERENTIAL, step, tree, Optional.of(base), full), Map.of());
    }

    private static byte[] bytes(BackupType type, WrittenStep step, Path tree, Optional<Path> base, BackupSetId full)
            throws IOException {
        StripeHeader header = new StripeHeader(
                step.set(),
                1,
                1,
                type,
                "test",
                new DatabaseName("Source"),
                "enterprise",
                "full",
                step.start(),
                base.map(there -> full),
                Optional.empty(),
                List.of(),
                "test",
                Instant.EPOCH);
        HandMadeSet set = new HandMadeSet(tree, base, header);
        set.write();
        return set.stripe
                .manifest(ManifestPage.encodeEntries(set.entries))
                .finish(new StopFacts(
                        step.lastLsn(),
                        Instant.EPOCH,
                        set.entries.size(),
                        set.plainBytes,
                        Optional.empty(),
                        step.lastCommit(),
                        Optional.empty()));
    }

    private void write() throws IOException {
        try (Stream<Path> all = Files.walk(tree)) {
            for (Path each : all.sorted().toList()) {
                String path = tree.relativize(each).toString();
                if (path.isEmpty()) {
                    continue;
                }
                if (Files.isDirectory(each)) {
                    entries.add(new Entry(true, path, 0));
                    piece(ExtentKind.DIRECTORY, path, 0, new byte[0]);
                } else {
                    file(path, Files.readAllBytes(each));
                }
            }
        }
    }

    private void file(String path, byte[] now) throws IOException {
        Path before = base.orElse(tree).resolve(path);
        boolean relation = path.matches("(base|global|pg_tblspc)/.*/?\\d+(\\.\\d+)?");
        if (base.isEmpty() || !relation || now.length % BLOCK != 0 || now.length == 0 || !Files.exists(before)) {
            entries.add(new Entry(false, path, now.length));
            for (int at = 0; at == 0 || at < now.length; at += PIECE) {
                piece(ExtentKind.FILE, path, at, Arrays.copyOfRange(now, at, Math.min(now.length, at + PIECE)));
            }
            return;
        }
        byte[] was = Files.readAllBytes(before);
        long changed = 0;
        for (int at = 0; at < now.length; at += BLOCK) {
            boolean same = at + BLOCK <= was.length && Arrays.equals(now, at, at + BLOCK, was, at, at + BLOCK);
            if (!same) {
                piece(ExtentKind.FILE, path, at, Arrays.copyOfRange(now, at, at + BLOCK));
                changed += BLOCK;
            }
        }
        entries.add(new Entry(false, path, now.length, OptionalLong.of(changed)));
    }

    private void piece(ExtentKind kind, String path, long offset, byte[] bytes) {
        stripe.chunk(List.of(new Piece(kind, path, offset, bytes, Piece.State.WHOLE)));
        plainBytes += bytes.length;
        if (++pieces % PIECES_PER_PART == 0) {
            stripe.endPart();
        }
    }
}
