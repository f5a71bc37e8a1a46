package io.bakstripe.worker.preflight;

import io.bakstripe.protocol.instance.InstanceView;
import io.bakstripe.protocol.name.BackupSetId;
import io.bakstripe.protocol.name.KeyArn;
import io.bakstripe.protocol.procedure.BackupRequest;
import io.bakstripe.protocol.procedure.RestoreRequest;
import io.bakstripe.protocol.stripe.EncryptionSpec;
import io.bakstripe.worker.key.EncryptionContext;
import io.bakstripe.worker.key.KeyService;
import io.bakstripe.worker.key.KeyServices;
import io.bakstripe.worker.key.NewDataKey;
import io.bakstripe.worker.seal.OpenedFiles;
import io.bakstripe.worker.seal.OpenedFiles.KeyChoice;
import io.bakstripe.worker.store.ObjectStore;
import io.bakstripe.worker.store.RequestScope;
import io.bakstripe.worker.store.StoreAccess;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;

/** What pre-flight asks of the key service. Where several keys are refused, the first one in their order is named. */
final class KeyChecks {
    /** There is no set yet, and no data key that is kept. */
    private static final UUID NO_SET = new UUID(0, 0);

    /** So that its text arrives within pre-flight's limit. */
    private static final int REPETITIONS = 1;

    private static final CompletionStage<Void> NOTHING_TO_ASK = CompletableFuture.completedFuture(null);

    private final KeyServices keys;

    KeyChecks(KeyServices keys) {
        this.keys = keys;
    }

    /** Whether each key that the files of a backup are to be encrypted with is one that backups are encrypted with, and is enabled (rows E2, E4, L14, B2). */
    CompletionStage<Void> usable(InstanceView view, BackupRequest backup, Waiting waiting) {
        return usable(view, encryption(view, backup).map(EncryptionSpec::keys).orElse(List.of()), waiting);
    }

    /** The same of the key that a restore names, if any. */
    CompletionStage<Void> usable(InstanceView view, Optional<KeyArn> named, Waiting waiting) {
        return usable(view, named.stream().toList(), waiting);
    }

    private CompletionStage<Void> usable(InstanceView view, List<KeyArn> asked, Waiting waiting) {
        if (asked.isEmpty()) {
            return NOTHING_TO_ASK;
        }
        waiting.forKeyService();
        KeyService service = service(view);
        return each(
                asked,
                key -> service.describe(key)
                        .thenAccept(description -> description.refusal().ifPresent(problem -> {
                            throw problem.asException();
                        })));
    }

    /**
     * Whether a data key can be made with the first key and wrapped with the others: describing a key needs other rights. What is made here is closed, and encrypts nothing.
     */
    CompletionStage<Void> generates(InstanceView view, BackupRequest backup, Waiting waiting) {
        Optional<EncryptionSpec> wanted = encryption(view, backup);
        if (wanted.isEmpty()) {
            return NOTHING_TO_ASK;
        }
        waiting.forKeyService();
        KeyService service = service(view);
        EncryptionSpec spec = wanted.get();
        KeyArn first = spec.keys().get(0);
        EncryptionContext context = trial(spec, first);
        return service.generate(first, context)
                .thenCompose(made ->
                        wraps(service, made, spec.keys().subList(1, spec.keys().size()), context));
    }

    private static CompletionStage<Void> wraps(
            KeyService service, NewDataKey made, List<KeyArn> others, EncryptionContext context) {
        return each(others, key -> service.wrap(made.plain(), key, context).thenAccept(wrapped -> {}))
                .whenComplete((wrapped, failure) -> made.close());
    }

    /** As the files will be bound, so that a key policy that looks at the context says what it will say then. */
    private static EncryptionContext trial(EncryptionSpec spec, KeyArn first) {
        return switch (spec.mode()) {
            case ENCRYPTION_ONLY -> EncryptionContext.encryptionOnly(first);
            case AUTHENTICATED -> EncryptionContext.authenticated(new BackupSetId(NO_SET), 1, NO_SET);
        };
    }

    /** The files that a restore names as they were before they were encrypted, those only that its instance takes; to be closed. */
    OpenedFiles opened(InstanceView view, ObjectStore store, RestoreRequest restore, Executor executor) {
        return new OpenedFiles(
                store,
                service(view),
                new KeyChoice.Named(restore.key()),
                executor,
                view.definition().encryption().requiresAuthenticated(restore.storage()));
    }

    private static Optional<EncryptionSpec> encryption(InstanceView view, BackupRequest backup) {
        return view.definition().encryption().of(backup);
    }

    /** Asks about all keys at once and ends when all have been answered. */
    private static CompletionStage<Void> each(List<KeyArn> asked, Function<KeyArn, CompletionStage<Void>> question) {
        List<CompletableFuture<Void>> answers = asked.stream()
                .map(key -> question.apply(key).toCompletableFuture())
                .toList();
        return CompletableFuture.allOf(answers.toArray(CompletableFuture<?>[]::new))
                .handle((all, failure) -> answers)
                .thenCompose(ended -> ended.stream()
                        .filter(CompletableFuture::isCompletedExceptionally)
                        .findFirst()
                        .orElseGet(() -> CompletableFuture.completedFuture(null)));
    }

    private KeyService service(InstanceView view) {
        return keys.of(StoreAccess.of(view)).within(RequestScope.ofBudget(REPETITIONS));
    }
}
