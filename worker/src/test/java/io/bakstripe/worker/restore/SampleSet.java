package io.bakstripe.worker.restore;

import io.bakstripe.protocol.name.BackupSetId;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.procedure.BackupType;
import io.bakstripe.protocol.stripe.Extent;
import io.bakstripe.protocol.stripe.ExtentKind;
import io.bakstripe.protocol.stripe.StopFacts;
import io.bakstripe.worker.engine.Piece;
import io.bakstripe.worker.format.Codec;
import io.bakstripe.worker.format.ManifestPage;
import io.bakstripe.worker.format.Mode;
import io.bakstripe.worker.format.Preamble;
import io.bakstripe.worker.format.SampleStripe;
import io.bakstripe.worker.key.LocalKeys;
import io.bakstripe.worker.seal.SealedFile;
import io.bakstripe.worker.store.MemoryObjectStore;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** A set of two stripes that holds a small tree of files, cut across stripes, parts and chunks. */
final class SampleSet {
    static final int FAMILIES = 2;
    private static final String BUCKET = "backups";
    private static final int PIECE_BYTES = 50_000;
    private static final int PIECES_PER_PART = 3;

    final Map<String, byte[]> files = new TreeMap<>();
    final List<String> directories = List.of("base", "base/5", "global", "pg_wal", "pg_notify");
    final List<Piece> extra = new ArrayList<>();
    final List<Extent> extraManifest = new ArrayList<>();
    BackupSetId setId = SampleStripe.SET;
    BackupType type = BackupType.FULL;
    String engine = "postgresql";

    SampleSet() {
        Random random = new Random(7);
        for (int table = 0; table < 12; table++) {
            byte[] bytes = new byte[random.nextInt(300_000)];
            random.nextBytes(bytes);
            files.put("base/5/" + (16384 + table), bytes);
        }
        files.put("base/5/empty", new byte[0]);
        files.put("PG_VERSION", "18\n".getBytes(StandardCharsets.US_ASCII));
        files.put("global/zeros", new byte[1_000_000]);
    }

    /** A store that has the bucket and nothing in it. */
    static MemoryObjectStore emptyStore() {
        return new MemoryObjectStore().withBucket(BUCKET, "us-east-1");
    }

    static S3Arn arn(String key) {
        return new S3Arn(BUCKET, key);
    }

    static String key(int family) {
        return "orders-" + family + "-of-" + FAMILIES + ".bak";
    }

    /** Puts both stripes into the store. */
    SampleSet into(MemoryObjectStore store) {
        for (int family = 1; family <= FAMILIES; family++) {
            store.put(arn(key(family)), stripe(family), Map.of());
        }
        return this;
    }

    /** Puts both stripes into the store as they are in mode 2, and their keys. */
    SampleSet into(MemoryObjectStore store, LocalKeys keys) {
        for (int family = 1; family <= FAMILIES; family++) {
            SealedFile.of(stripe(SealedFile.preamble(setId, family, FAMILIES)), keys, LocalKeys.KEY)
                    .into(store, arn(key(family)));
        }
        return this;
    }

    byte[] stripe(int family) {
        return stripe(new Preamble(Mode.PLAIN, setId, family, FAMILIES));
    }

    private byte[] stripe(Preamble preamble) {
        int family = preamble.family();
        List<Piece> pieces = new ArrayList<>();
        List<Extent> manifest = new ArrayList<>();
        for (String directory : directories) {
            pieces.add(new Piece(ExtentKind.DIRECTORY, directory, 0, new byte[0], Piece.State.WHOLE));
            manifest.add(Extent.directory(directory));
        }
        files.forEach((path, bytes) -> {
            manifest.add(Extent.file(path, 0, bytes.length));
            for (int at = 0; at == 0 || at < bytes.length; at += PIECE_BYTES) {
                byte[] part = Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + PIECE_BYTES));
                pieces.add(new Piece(ExtentKind.FILE, path, at, part, Piece.State.WHOLE));
            }
        });
        pieces.addAll(extra);
        manifest.addAll(extraManifest);

        SampleStripe stripe =
                new SampleStripe(preamble, Codec.ZSTD, SampleStripe.header(setId, family, FAMILIES, type, engine));
        int chunks = 0;
        for (int index = family - 1; index < pieces.size(); index += FAMILIES) {
            stripe.chunk(List.of(pieces.get(index)));
            if (++chunks % PIECES_PER_PART == 0) {
                stripe.endPart();
            }
        }
        int half = manifest.size() / 2;
        stripe.manifest(
                ManifestPage.encode(family == 1 ? manifest.subList(0, half) : manifest.subList(half, manifest.size())));
        return stripe.finish(stop(manifest.size()));
    }

    private StopFacts stop(int entries) {
        return SampleStripe.stop(
                entries,
                files.values().stream().mapToLong(bytes -> bytes.length).sum());
    }
}
