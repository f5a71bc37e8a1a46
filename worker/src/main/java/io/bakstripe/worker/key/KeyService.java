package io.bakstripe.worker.key;

import io.bakstripe.protocol.name.KeyArn;
import io.bakstripe.worker.store.RequestScope;
import java.util.concurrent.CompletionStage;

/**
 * Asks a key service with somebody's rights; needs no other actions than those of row S2, one for each method. Thread-safe.
 *
 * <h2>Failures</h2>
 *
 * What may pass is asked again while the scope has repetitions left; then stages fail with {@code KEY_SERVICE_UNREACHABLE} or, where the rights are those
 * of a role, {@code STS_UNREACHABLE}. What does not pass fails at once: {@code KEY_REGION} before anything is sent, {@code KEY_UNKNOWN} (row E2),
 * {@code KEY_ASYMMETRIC} (row L14), {@code KEY_DISABLED}, {@code KEY_NOT_USABLE}, {@code KEY_DENIED} (row E4), {@code ACCESS_DENIED} for credentials that the
 * service does not accept, {@code KEY_SERVICE_FAILED} for anything else. No failure shows a byte of a data key.
 */
public interface KeyService {

    /** What kind of key it is and in which state. */
    CompletionStage<KeyDescription> describe(KeyArn key);

    /** Makes a data key and wraps it. Asked again it makes another one; those that were never received were never used. */
    CompletionStage<NewDataKey> generate(KeyArn key, EncryptionContext context);

    /**
     * Opens a wrapped key, which the asker then has to close. Fails with {@code KEY_WRONG} when it was wrapped with another key or in another context, or was
     * changed since.
     */
    CompletionStage<DataKey> unwrap(WrappedKey wrapped);

    /** Wraps a data key, with another key for example. The data key must not be closed before the answer. */
    CompletionStage<WrappedKey> wrap(DataKey plain, KeyArn key, EncryptionContext context);

    /** The same service, whose requests belong to this scope. */
    KeyService within(RequestScope scope);
}
