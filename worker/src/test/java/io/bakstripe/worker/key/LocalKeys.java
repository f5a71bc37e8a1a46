package io.bakstripe.worker.key;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.name.KeyArn;
import io.bakstripe.worker.store.RequestScope;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** A key service in memory with one key, which wraps with AES-GCM and binds to the context as a real one does. */
public final class LocalKeys implements KeyService {
    public static final KeyArn KEY =
            KeyArn.parse("arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab");

    private static final int NONCE_BYTES = 12;

    /** How often data keys were made and opened. */
    public final AtomicInteger generated = new AtomicInteger();

    public final AtomicInteger opened = new AtomicInteger();

    private final SecureRandom random = new SecureRandom();
    private final byte[] master = random(DataKey.BYTES);

    /** A key that opens nothing; null for none. */
    public volatile @Nullable KeyArn denied;

    /** What every call fails with; null for none. */
    public volatile @Nullable BackupError refusing;

    private byte[] random(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    @Override
    public CompletionStage<KeyDescription> describe(KeyArn key) {
        return CompletableFuture.completedFuture(
                new KeyDescription(key, "SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT", false, "Enabled"));
    }

    @Override
    public CompletionStage<NewDataKey> generate(KeyArn key, EncryptionContext context) {
        return CompletableFuture.completedFuture(key).thenApply(known -> {
            refuse();
            generated.incrementAndGet();
            byte[] plain = random(DataKey.BYTES);
            WrappedKey wrapped =
                    WrappedKey.of(key, context, crypt(Cipher.ENCRYPT_MODE, context, random(NONCE_BYTES), plain));
            return new NewDataKey(DataKey.takeOver(plain), wrapped);
        });
    }

    @Override
    public CompletionStage<DataKey> unwrap(WrappedKey wrapped) {
        return CompletableFuture.completedFuture(wrapped.bytes()).thenApply(bytes -> {
            refuse();
            if (wrapped.key().equals(denied)) {
                throw BackupError.KEY_NOT_USABLE.problem("test", "test").asException();
            }
            opened.incrementAndGet();
            byte[] nonce = Arrays.copyOf(bytes, NONCE_BYTES);
            byte[] sealed = Arrays.copyOfRange(bytes, NONCE_BYTES, bytes.length);
            return DataKey.takeOver(crypt(Cipher.DECRYPT_MODE, wrapped.context(), nonce, sealed));
        });
    }

    @Override
    public CompletionStage<WrappedKey> wrap(DataKey plain, KeyArn key, EncryptionContext context) {
        return CompletableFuture.completedFuture(WrappedKey.of(
                key, context, plain.use(bytes -> crypt(Cipher.ENCRYPT_MODE, context, random(NONCE_BYTES), bytes))));
    }

    @Override
    public KeyService within(RequestScope scope) {
        return this;
    }

    private void refuse() {
        BackupError error = refusing;
        if (error != null) {
            throw error.problem("test").asException();
        }
    }

    private byte[] crypt(int mode, EncryptionContext context, byte[] nonce, byte[] bytes) {
        try {
            Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(mode, new SecretKeySpec(master, "AES"), new GCMParameterSpec(128, nonce));
            cipher.updateAAD(new TreeMap<>(context.entries()).toString().getBytes(StandardCharsets.UTF_8));
            byte[] made = cipher.doFinal(bytes);
            if (mode == Cipher.DECRYPT_MODE) {
                return made;
            }
            byte[] all = Arrays.copyOf(nonce, nonce.length + made.length);
            System.arraycopy(made, 0, all, nonce.length, made.length);
            return all;
        } catch (GeneralSecurityException wrong) {
            throw BackupError.KEY_WRONG.problem(KEY).asException(wrong);
        }
    }
}
