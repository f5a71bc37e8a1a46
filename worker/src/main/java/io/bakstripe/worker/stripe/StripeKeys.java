package io.bakstripe.worker.stripe;

import io.bakstripe.protocol.name.KeyArn;
import io.bakstripe.protocol.stripe.EncryptionMode;
import io.bakstripe.protocol.stripe.EncryptionSpec;
import io.bakstripe.worker.journal.StripeEvent.Seal;
import io.bakstripe.worker.journal.StripeEvent.Wrapped;
import io.bakstripe.worker.key.DataKey;
import io.bakstripe.worker.key.EncryptionContext;
import io.bakstripe.worker.key.KeyService;
import io.bakstripe.worker.key.NewDataKey;
import io.bakstripe.worker.key.WrappedKey;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The data key of a stripe, in the clear as long as parts are made and no longer. A new one is made with each upload; one that was recorded is opened by the key service
 * when the work goes on. Used by the worker's own thread only.
 */
final class StripeKeys {
    private static final int IV_BYTES = 16;

    private final SecureRandom random = new SecureRandom();
    private @Nullable CompletableFuture<DataKey> held;

    /** Makes the key of a new upload; empty where nothing is encrypted. */
    CompletionStage<Optional<Seal>> generate(KeyService service, Optional<EncryptionSpec> encryption) {
        close();
        if (encryption.isEmpty()) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        EncryptionSpec wanted = encryption.get();
        KeyArn arn = wanted.keys().get(0);
        CompletableFuture<NewDataKey> made =
                service.generate(arn, EncryptionContext.encryptionOnly(arn)).toCompletableFuture();
        held = made.thenApply(NewDataKey::plain);
        return made.thenApply(key -> Optional.of(new Seal(
                wanted.mode(),
                List.of(recorded(key.wrapped())),
                wanted.mode() == EncryptionMode.ENCRYPTION_ONLY ? iv() : "")));
    }

    /** The key that was recorded; empty where nothing is encrypted. */
    CompletionStage<Optional<DataKey>> open(KeyService service, Optional<Seal> seal) {
        if (seal.isEmpty()) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        CompletableFuture<DataKey> known = held;
        if (known == null || known.isCompletedExceptionally()) {
            known = service.unwrap(wrapped(seal.get().wrapped().get(0))).toCompletableFuture();
            held = known;
        }
        return known.thenApply(Optional::of);
    }

    /** Wipes the key, also one that is still on its way. What is being sealed with it fails. */
    void close() {
        if (held != null) {
            held.thenAccept(DataKey::close);
            held = null;
        }
    }

    private String iv() {
        byte[] iv = new byte[IV_BYTES];
        random.nextBytes(iv);
        return Base64.getEncoder().encodeToString(iv);
    }

    private static Wrapped recorded(WrappedKey key) {
        return new Wrapped(key.key().toString(), key.context().entries(), key.ciphertext());
    }

    static WrappedKey wrapped(Wrapped recorded) {
        return new WrappedKey(
                KeyArn.parse(recorded.keyArn()), new EncryptionContext(recorded.context()), recorded.ciphertext());
    }
}
