package io.bakstripe.node.decrypt;

import io.bakstripe.protocol.name.KeyArn;
import io.bakstripe.protocol.stripe.ExtentKind;
import io.bakstripe.worker.engine.Piece;
import io.bakstripe.worker.format.Codec;
import io.bakstripe.worker.format.Layout;
import io.bakstripe.worker.format.Mode;
import io.bakstripe.worker.format.Preamble;
import io.bakstripe.worker.format.SampleStripe;
import io.bakstripe.worker.key.EncryptionContext;
import io.bakstripe.worker.key.LocalKeys;
import io.bakstripe.worker.key.NewDataKey;
import io.bakstripe.worker.key.envelope.CipherBlock;
import io.bakstripe.worker.key.envelope.Envelope;
import io.bakstripe.worker.seal.SealedFile;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Map;
import java.util.Random;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** Small encrypted files, and the keys that open them. */
public final class EncryptedSamples {
    /** Opens authenticated files besides {@link LocalKeys#KEY}. */
    public static final KeyArn OTHER =
            KeyArn.parse("arn:aws:kms:us-east-1:123456789012:key/99999999-12ab-34cd-56ef-1234567890ab");

    public final LocalKeys keys = new LocalKeys();
    private final Random random = new Random(5);

    /** A file with two parts, as it is before it is encrypted. */
    public byte[] plain(Preamble preamble) {
        return new SampleStripe(preamble, Codec.ZSTD)
                .chunk(pieces(1_500_000))
                .endPart()
                .chunk(pieces(Layout.SEALED_SEGMENT_BYTES))
                .finish(SampleStripe.stop(3, 2_548_576));
    }

    private List<Piece> pieces(int bytes) {
        return List.of(new Piece(ExtentKind.FILE, "base/1", 0, bytes(bytes), Piece.State.WHOLE));
    }

    private byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    /** A file in the authenticated mode that two keys open, {@link LocalKeys#KEY} and {@link #OTHER}. */
    public SealedFile authenticated(int family, int families) {
        return SealedFile.of(
                plain(SealedFile.preamble(SampleStripe.SET, family, families)), keys, LocalKeys.KEY, OTHER);
    }

    /** A file in encryption-only mode. */
    @SuppressWarnings("ArrayRecordComponent") // Made once, never changed.
    public record Cbc(byte[] plain, byte[] stored, Map<String, String> metadata) {}

    public Cbc encryptionOnly() throws GeneralSecurityException {
        byte[] plain = plain(new Preamble(Mode.ENCRYPTION_ONLY, SampleStripe.SET, 1, 1));
        byte[] iv = bytes(CipherBlock.BYTES);
        NewDataKey key = keys.generate(LocalKeys.KEY, EncryptionContext.encryptionOnly(LocalKeys.KEY))
                .toCompletableFuture()
                .join();
        Cipher cipher = Cipher.getInstance("AES/CBC/PKCS5Padding");
        cipher.init(
                Cipher.ENCRYPT_MODE,
                key.plain().use(bytes -> new SecretKeySpec(bytes, "AES")),
                new IvParameterSpec(iv));
        Map<String, String> metadata =
                Envelope.of(key.wrapped(), CipherBlock.of(iv)).toMetadata();
        return new Cbc(plain, cipher.doFinal(plain), metadata);
    }
}
