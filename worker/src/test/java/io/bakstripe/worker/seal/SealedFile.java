package io.bakstripe.worker.seal;

import io.bakstripe.protocol.name.BackupSetId;
import io.bakstripe.protocol.name.KeyArn;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.worker.format.Footer;
import io.bakstripe.worker.format.FrameEncoder;
import io.bakstripe.worker.format.Layout;
import io.bakstripe.worker.format.Mode;
import io.bakstripe.worker.format.Preamble;
import io.bakstripe.worker.format.StripeReader;
import io.bakstripe.worker.format.StripeTrailer;
import io.bakstripe.worker.format.StripeTrailer.PartEntry;
import io.bakstripe.worker.key.EncryptionContext;
import io.bakstripe.worker.key.KeyService;
import io.bakstripe.worker.key.NewDataKey;
import io.bakstripe.worker.key.WrappedKey;
import io.bakstripe.worker.store.MemoryObjectStore;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * A file of mode 2 as a writer would have stored it.
 *
 * @param plain the file before its parts were sealed
 * @param stored as the store has it
 * @param starts where its parts begin in the store, the last one, and where that one ends
 * @param entry of the key object
 */
@SuppressWarnings("ArrayRecordComponent") // Made once, never changed.
public record SealedFile(Preamble preamble, byte[] plain, byte[] stored, List<Integer> starts, KeyObject.Entry entry) {
    private static final S3Arn ANY = S3Arn.parse("arn:aws:s3:::bucket/any.bak");

    /** The preamble of a file with a data key of its own. */
    public static Preamble preamble(BackupSetId setId, int family, int families) {
        return new Preamble(
                Mode.AUTHENTICATED, setId, family, families, Optional.of(Preamble.Cipher.of(UUID.randomUUID())));
    }

    /** Seals a file whose preamble is of mode 2 with a new data key, which is wrapped with each of these keys. */
    public static SealedFile of(byte[] plain, KeyService keys, KeyArn... named) {
        Preamble preamble = Preamble.read(ANY, ByteBuffer.wrap(plain));
        UUID dataKeyId = preamble.cipher().orElseThrow().dataKeyId();
        EncryptionContext context = EncryptionContext.authenticated(preamble.setId(), preamble.family(), dataKeyId);
        NewDataKey key = keys.generate(named[0], context).toCompletableFuture().join();
        List<WrappedKey> wrapped = new ArrayList<>(List.of(key.wrapped()));
        Arrays.stream(named)
                .skip(1)
                .map(more -> keys.wrap(key.plain(), more, context)
                        .toCompletableFuture()
                        .join())
                .forEach(wrapped::add);
        return sealed(
                plain,
                preamble,
                new AuthenticatedParts(
                        key.plain(),
                        new FileIdentity(dataKeyId, preamble.setId(), preamble.family(), preamble.families())),
                KeyObject.Entry.of(dataKeyId, preamble.setId(), preamble.family(), Instant.EPOCH, wrapped));
    }

    private static SealedFile sealed(byte[] plain, Preamble preamble, AuthenticatedParts parts, KeyObject.Entry entry) {
        ByteBuffer bytes = ByteBuffer.wrap(plain);
        int footerAt = plain.length - Layout.FOOTER_BYTES;
        Footer footer = Footer.read(ANY, plain.length, bytes.slice(footerAt, Layout.FOOTER_BYTES));
        int trailerAt = (int) footer.trailerOffset();
        StripeTrailer trailer =
                StripeReader.trailer(ANY, preamble, footer, bytes.slice(trailerAt, footer.trailerBytes()));
        ByteArrayOutputStream stored = new ByteArrayOutputStream();
        List<Integer> starts = new ArrayList<>();
        GcmSealer sealer = new GcmSealer(parts);
        for (PartEntry part : trailer.parts()) {
            starts.add(stored.size());
            sealer.begin(part.number(), false);
            int at = (int) part.offset();
            stored.writeBytes(sealer.add(Arrays.copyOfRange(plain, at, at + (int) part.storedBytes())));
            stored.writeBytes(sealer.end().bytes());
        }
        starts.add(stored.size());
        int number = trailer.parts().size() + 1;
        Footer inStore = new Footer(
                Mode.AUTHENTICATED,
                preamble.setId(),
                preamble.family(),
                preamble.families(),
                stored.size(),
                (int) AuthenticatedParts.sealedBytes(footer.trailerBytes()),
                number);
        byte[] last = Arrays.copyOfRange(plain, trailerAt, plain.length);
        System.arraycopy(FrameEncoder.footer(inStore), 0, last, footer.trailerBytes(), Layout.FOOTER_BYTES);
        stored.writeBytes(sealer.last(number, last));
        starts.add(stored.size());
        return new SealedFile(preamble, plain, stored.toByteArray(), starts, entry);
    }

    /** Puts it and its key object into a store. */
    public SealedFile into(MemoryObjectStore store, S3Arn name) {
        store.put(name, stored, Map.of());
        store.put(KeyObject.of(name), KeyObject.empty().with(entry).toBytes(), Map.of());
        return this;
    }

    /** The bytes of a part as they are stored, counted from 1; the last one with the footer. */
    public byte[] part(int number) {
        return Arrays.copyOfRange(stored, starts.get(number - 1), starts.get(number));
    }

    /** How many parts there are, the last one included. */
    public int parts() {
        return starts.size() - 1;
    }
}
