package io.bakstripe.worker.preflight;

import io.bakstripe.protocol.instance.InstanceView;
import io.bakstripe.protocol.name.KeyArn;
import io.bakstripe.worker.key.EncryptionContext;
import io.bakstripe.worker.key.KeyService;
import io.bakstripe.worker.key.KeyServices;
import io.bakstripe.worker.key.NewDataKey;
import io.bakstripe.worker.seal.OpenedFiles;
import io.bakstripe.worker.seal.OpenedFiles.KeyChoice;
import io.bakstripe.worker.store.ObjectStore;
import io.bakstripe.worker.store.RequestScope;
import io.bakstripe.worker.store.StoreAccess;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/** What pre-flight asks of the key service. */
final class KeyChecks {
    /** So that its text arrives within pre-flight's limit. */
    private static final int REPETITIONS = 1;

    private final KeyServices keys;

    KeyChecks(KeyServices keys) {
        this.keys = keys;
    }

    /** Whether the key that is named, if any, is one that backups are encrypted with, and is enabled (rows E2, E4, L14, B2). */
    CompletionStage<Void> usable(InstanceView view, Optional<KeyArn> named, Waiting waiting) {
        if (named.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        waiting.forKeyService();
        return service(view).describe(named.get()).thenAccept(description -> description
                .refusal()
                .ifPresent(problem -> {
                    throw problem.asException();
                }));
    }

    /** Whether a data key can be made: describing a key needs other rights. */
    CompletionStage<Void> generates(InstanceView view, Optional<KeyArn> named, Waiting waiting) {
        if (named.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        waiting.forKeyService();
        return service(view)
                .generate(named.get(), EncryptionContext.encryptionOnly(named.get()))
                .thenAccept(NewDataKey::close);
    }

    /** The files of a store as they were before they were encrypted; to be closed. */
    OpenedFiles opened(InstanceView view, ObjectStore store, Optional<KeyArn> named, Executor executor) {
        return new OpenedFiles(store, service(view), new KeyChoice.Named(named), executor);
    }

    private KeyService service(InstanceView view) {
        return keys.of(StoreAccess.of(view)).within(RequestScope.ofBudget(REPETITIONS));
    }
}
