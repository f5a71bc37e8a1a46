package io.bakstripe.sandbox;

import io.bakstripe.protocol.name.KeyArn;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.stripe.ExtentKind;
import io.bakstripe.worker.engine.Piece;
import io.bakstripe.worker.format.Codec;
import io.bakstripe.worker.format.Mode;
import io.bakstripe.worker.format.Preamble;
import io.bakstripe.worker.format.SampleStripe;
import io.bakstripe.worker.key.DataKey;
import io.bakstripe.worker.key.EncryptionContext;
import io.bakstripe.worker.key.KeyService;
import io.bakstripe.worker.key.NewDataKey;
import io.bakstripe.worker.key.envelope.CipherBlock;
import io.bakstripe.worker.key.envelope.Envelope;
import io.bakstripe.worker.seal.KeyObject;
import io.bakstripe.worker.seal.SealedFile;
import io.bakstripe.worker.store.ObjectStore;
import io.bakstripe.worker.store.ObjectStore.StoredPart;
import io.bakstripe.worker.store.ObjectStore.Upload;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import java.util.zip.CRC32C;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** Backup files of each mode in a store, uploaded in parts as a worker does. */
record StoredFiles(ObjectStore store, KeyService keys) {
    /** As S3 wants it of all parts but the last. */
    private static final int PART = 5 << 20;

    static final String MARK = "of-the-worker";

    /** A file that nothing is done to. */
    void plain(S3Arn file) {
        upload(file, Map.of(), contents(new Preamble(Mode.PLAIN, SampleStripe.SET, 1, 1), 100));
    }

    /** A file of two parts and the trailer in mode 1. */
    void encryptionOnly(S3Arn file, KeyArn key, int family, int families) {
        byte[] plain = contents(new Preamble(Mode.ENCRYPTION_ONLY, SampleStripe.SET, family, families), PART);
        try (NewDataKey made = await(keys.generate(key, EncryptionContext.encryptionOnly(key)))) {
            byte[] iv = new byte[CipherBlock.BYTES];
            new Random(family).nextBytes(iv);
            Map<String, String> metadata = new HashMap<>(
                    Envelope.of(made.wrapped(), CipherBlock.of(iv)).toMetadata());
            metadata.put(MARK, "yes");
            upload(file, metadata, encrypted(made.plain(), iv, plain));
        }
    }

    private static byte[] encrypted(DataKey key, byte[] iv, byte[] plain) {
        try {
            Cipher cipher = Cipher.getInstance("AES/CBC/PKCS5Padding");
            SecretKeySpec aes = key.use(bytes -> new SecretKeySpec(bytes, "AES"));
            cipher.init(Cipher.ENCRYPT_MODE, aes, new IvParameterSpec(iv));
            return cipher.doFinal(plain);
        } catch (GeneralSecurityException impossible) {
            throw new AssertionError(impossible);
        }
    }

    /** A file in mode 2 and its key object, where there is another entry already. */
    SealedFile authenticated(S3Arn file, KeyArn... named) {
        SealedFile before = sealed(named);
        SealedFile sealed = sealed(named);
        upload(file, Map.of(), sealed.stored());
        byte[] entries =
                KeyObject.empty().with(before.entry()).with(sealed.entry()).toBytes();
        if (!await(store.put(KeyObject.of(file), entries, Optional.empty()))) {
            throw new AssertionError("there is one already");
        }
        return sealed;
    }

    private SealedFile sealed(KeyArn... named) {
        return SealedFile.of(contents(SealedFile.preamble(SampleStripe.SET, 1, 1), 1000), keys, named);
    }

    /** Two parts that hold a little more than this many bytes each. */
    private static byte[] contents(Preamble preamble, int bytes) {
        return new SampleStripe(preamble, Codec.NONE)
                .chunk(piece(bytes))
                .endPart()
                .chunk(piece(bytes + 1))
                .finish(SampleStripe.stop(2, 2L * bytes + 1));
    }

    private static List<Piece> piece(int bytes) {
        List<Piece> pieces = new ArrayList<>();
        byte[] content = new byte[bytes];
        new Random(bytes).nextBytes(content);
        pieces.add(new Piece(ExtentKind.FILE, "base/1", 0, content, Piece.State.WHOLE));
        return pieces;
    }

    private void upload(S3Arn file, Map<String, String> metadata, byte[] bytes) {
        Upload upload = await(store.createUpload(file, metadata));
        List<StoredPart> parts = new ArrayList<>();
        for (int at = 0; at < bytes.length; at += PART) {
            byte[] part = Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + PART));
            CRC32C crc = new CRC32C();
            crc.update(part);
            parts.add(await(
                    store.uploadPart(upload, parts.size() + 1, List.of(ByteBuffer.wrap(part)), (int) crc.getValue())));
        }
        if (await(store.complete(upload, parts, true)) != ObjectStore.Completion.COMPLETED) {
            throw new AssertionError("not completed");
        }
    }

    private static <T> T await(CompletionStage<T> stage) {
        return stage.toCompletableFuture().join();
    }
}
