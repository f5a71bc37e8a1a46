package io.bakstripe.worker.stripe;

import io.bakstripe.protocol.name.KeyArn;
import io.bakstripe.protocol.stripe.EncryptionMode;
import io.bakstripe.protocol.stripe.EncryptionSpec;
import io.bakstripe.worker.journal.StripeEvent.Seal;
import io.bakstripe.worker.journal.StripeEvent.UploadIntended;
import io.bakstripe.worker.journal.StripeEvent.Wrapped;
import io.bakstripe.worker.key.DataKey;
import io.bakstripe.worker.key.EncryptionContext;
import io.bakstripe.worker.key.KeyService;
import io.bakstripe.worker.key.NewDataKey;
import io.bakstripe.worker.key.WrappedKey;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The data key of a stripe, in the clear as long as parts are made and no longer. A new one is made with each upload; one that was recorded is opened by the key service
 * when the work goes on. Used by the worker's own thread only.
 */
final class StripeKeys {
    private static final int IV_BYTES = 16;

    private final SecureRandom random;
    private @Nullable CompletableFuture<DataKey> held;

    StripeKeys(SecureRandom random) {
        this.random = random;
    }

    /** Makes the key of a new upload, with the first of the keys that are wanted, and wraps it with the others; empty where nothing is encrypted. */
    CompletionStage<Optional<Seal>> generate(
            KeyService service, Optional<EncryptionSpec> encryption, UploadIntended intended) {
        close();
        if (encryption.isEmpty()) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        EncryptionSpec wanted = encryption.get();
        KeyArn first = wanted.keys().get(0);
        return switch (wanted.mode()) {
            case ENCRYPTION_ONLY ->
                made(service, first, EncryptionContext.encryptionOnly(first))
                        .thenApply(key -> Optional.of(new Seal(wanted.mode(), List.of(recorded(key.wrapped())), iv())));
            case AUTHENTICATED -> {
                UUID id = new UUID(random.nextLong(), random.nextLong());
                EncryptionContext context = EncryptionContext.authenticated(intended.setId(), intended.family(), id);
                yield made(service, first, context)
                        .thenCompose(key -> wrapped(service, key, wanted.keys(), context))
                        .thenApply(
                                all -> Optional.of(new Seal(EncryptionMode.AUTHENTICATED, all, "", Optional.of(id))));
            }
        };
    }

    private CompletableFuture<NewDataKey> made(KeyService service, KeyArn arn, EncryptionContext context) {
        CompletableFuture<NewDataKey> made = service.generate(arn, context).toCompletableFuture();
        held = made.thenApply(NewDataKey::plain);
        return made;
    }

    private static CompletionStage<List<Wrapped>> wrapped(
            KeyService service, NewDataKey key, List<KeyArn> keys, EncryptionContext context) {
        CompletionStage<List<Wrapped>> all =
                CompletableFuture.completedStage(new ArrayList<>(List.of(recorded(key.wrapped()))));
        for (KeyArn other : keys.subList(1, keys.size())) {
            all = all.thenCompose(
                    done -> service.wrap(key.plain(), other, context).thenApply(wrapped -> {
                        done.add(recorded(wrapped));
                        return done;
                    }));
        }
        return all;
    }

    /** The key that was recorded; empty where nothing is encrypted. */
    CompletionStage<Optional<DataKey>> open(KeyService service, Optional<Seal> seal) {
        if (seal.isEmpty()) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        CompletableFuture<DataKey> known = held;
        if (known == null || known.isCompletedExceptionally()) {
            known = unwrapped(service, seal.get().wrapped()).toCompletableFuture();
            held = known;
        }
        return known.thenApply(Optional::of);
    }

    /** The first that opens; where none does, the first one's failure. */
    private static CompletionStage<DataKey> unwrapped(KeyService service, List<Wrapped> keys) {
        CompletionStage<DataKey> opened = service.unwrap(wrapped(keys.get(0)));
        for (Wrapped other : keys.subList(1, keys.size())) {
            opened = opened.exceptionallyCompose(refused -> service.unwrap(wrapped(other))
                    .exceptionallyCompose(refusedToo -> CompletableFuture.failedStage(refused)));
        }
        return opened;
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
