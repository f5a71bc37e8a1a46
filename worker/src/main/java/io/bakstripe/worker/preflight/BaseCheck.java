package io.bakstripe.worker.preflight;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.stripe.DifferentialBase;
import io.bakstripe.worker.store.ObjectStore;
import io.bakstripe.worker.store.ObjectStore.StoredObject;
import io.bakstripe.worker.store.SetMetadata;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Whether the full backup that a differential builds on is still whole in the store, as the metadata of its files tell. */
final class BaseCheck {
    private final ObjectStore store;

    BaseCheck(ObjectStore store) {
        this.store = store;
    }

    /** Fails with {@code NO_DIFFERENTIAL_BASE} when a file is gone or belongs to another set. */
    CompletionStage<Void> pass(DatabaseName database, DifferentialBase base) {
        List<CompletableFuture<Void>> asked = base.files().stream()
                .map(file -> store.head(file)
                        .thenAccept(found -> {
                            Optional<String> owner = found.map(StoredObject::metadata)
                                    .map(metadata -> metadata.getOrDefault(SetMetadata.SET_ID, "unknown"));
                            if (!owner.equals(Optional.of(base.setId().toString()))) {
                                throw BackupError.NO_DIFFERENTIAL_BASE
                                        .problem(
                                                database,
                                                "File " + file + " of the last one, set " + base.setId()
                                                        + owner.map(other -> ", belongs to set " + other + " now.")
                                                                .orElse(", is gone."))
                                        .asException();
                            }
                        })
                        .toCompletableFuture())
                .toList();
        return CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new));
    }
}
