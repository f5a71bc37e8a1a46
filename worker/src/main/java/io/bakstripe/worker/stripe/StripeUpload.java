package io.bakstripe.worker.stripe;

import akka.Done;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.ErrorCategory;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.name.StripeRef;
import io.bakstripe.protocol.stripe.EncryptionMode;
import io.bakstripe.worker.format.Layout;
import io.bakstripe.worker.journal.StripeEvent.Seal;
import io.bakstripe.worker.journal.StripeEvent.UploadIntended;
import io.bakstripe.worker.key.envelope.CipherBlock;
import io.bakstripe.worker.key.envelope.Envelope;
import io.bakstripe.worker.store.ObjectStore;
import io.bakstripe.worker.store.ObjectStore.Completion;
import io.bakstripe.worker.store.ObjectStore.StoredObject;
import io.bakstripe.worker.store.ObjectStore.Upload;
import io.bakstripe.worker.store.SetMetadata;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** One stripe's dealings with the store that are not parts: begin, compare, publish, abort. */
final class StripeUpload {
    private final ObjectStore store;

    StripeUpload(ObjectStore store) {
        this.store = store;
    }

    /** How an attempt to publish ended. */
    sealed interface Publication {
        /** The object is there and is ours. */
        record Visible() implements Publication {}

        /** It is not known, or not yet done: to be tried again. */
        record Unclear(Problem problem) implements Publication {}

        /** It cannot be done any more. */
        record Impossible(Problem problem) implements Publication {}
    }

    /** Creates the upload; never tried twice. Before that it is looked whether the file's keys will find their place. */
    CompletionStage<Upload> begin(UploadIntended intended, StripeRef stripe, Optional<Seal> seal) {
        return ask(() -> {
                    FileKeys.checkName(intended);
                    return FileKeys.of(intended, seal)
                            .map(keys -> keys.look(store))
                            .orElseGet(() -> CompletableFuture.completedStage(Done.getInstance()));
                })
                .thenCompose(free -> create(intended, stripe, seal));
    }

    private CompletionStage<Upload> create(UploadIntended intended, StripeRef stripe, Optional<Seal> seal) {
        Map<String, String> metadata = new LinkedHashMap<>(Map.of(
                SetMetadata.SET_ID, intended.setId().toString(),
                SetMetadata.FAMILY, Integer.toString(intended.family()),
                SetMetadata.FAMILIES, Integer.toString(intended.families()),
                SetMetadata.ATTEMPT, Integer.toString(stripe.attempt().attempt()),
                SetMetadata.FORMAT, Integer.toString(Layout.VERSION)));
        seal.filter(how -> how.mode() == EncryptionMode.ENCRYPTION_ONLY)
                .map(StripeUpload::envelope)
                .ifPresent(envelope -> metadata.putAll(envelope.toMetadata()));
        seal.flatMap(Seal::dataKeyId).ifPresent(id -> {
            metadata.put(SetMetadata.ENCRYPTION, "authenticated");
            metadata.put(SetMetadata.DATA_KEY, id.toString());
        });
        return ask(() -> store.createUpload(intended.file(), metadata));
    }

    private static Envelope envelope(Seal seal) {
        return Envelope.of(
                StripeKeys.wrapped(seal.wrapped().get(0)),
                CipherBlock.of(Base64.getDecoder().decode(seal.iv())));
    }

    /** Compares the store's list of parts with the record. */
    CompletionStage<PartComparison> compare(Upload upload, PartLedger parts) {
        return ask(() -> store.listParts(upload)).thenApply(listed -> PartComparison.of(parts, listed));
    }

    /** Stores the keys of the file where it needs any beside it; nothing where they are there. */
    CompletionStage<Done> keepKeys(UploadIntended intended, Optional<Seal> seal) {
        return ask(() -> FileKeys.of(intended, seal)
                .map(keys -> keys.keep(store))
                .orElseGet(() -> CompletableFuture.completedStage(Done.getInstance())));
    }

    /**
     * Completes the upload, or finds out that an earlier completion did. Needs nothing but the record. A file whose keys lie beside it never becomes visible before they are there.
     *
     * @param intended what was recorded before the upload was begun
     */
    CompletionStage<Publication> publish(
            UploadIntended intended, Optional<Seal> seal, Upload upload, PartLedger parts) {
        return keepKeys(intended, seal)
                .thenCompose(kept -> ask(() -> store.complete(upload, parts.asStored(), intended.overwrite())))
                .handle((completion, failure) ->
                        failure == null ? completed(intended, completion) : afterFailure(intended, Problem.of(failure)))
                .thenCompose(outcome -> outcome);
    }

    private CompletionStage<Publication> completed(UploadIntended intended, Completion completion) {
        return switch (completion) {
            case COMPLETED -> CompletableFuture.completedFuture(new Publication.Visible());
            // Whoever had the key has left it again: the next try may take it.
            case KEY_TAKEN ->
                decideByObject(
                        intended,
                        new Publication.Impossible(foreign(intended)),
                        new Publication.Unclear(foreign(intended)));
            case UPLOAD_GONE ->
                decideByObject(
                        intended,
                        new Publication.Impossible(foreign(intended)),
                        new Publication.Impossible(
                                BackupError.UPLOAD_LOST.problem(intended.file(), "no object has that key")));
        };
    }

    private CompletionStage<Publication> afterFailure(UploadIntended intended, Problem failure) {
        Publication unlessOurs =
                passing(failure) ? new Publication.Unclear(failure) : new Publication.Impossible(failure);
        return decideByObject(intended, unlessOurs, unlessOurs);
    }

    private static boolean passing(Problem failure) {
        ErrorCategory category = failure.error().category();
        return category == ErrorCategory.UNREACHABLE || category == ErrorCategory.TIMEOUT;
    }

    private CompletionStage<Publication> decideByObject(
            UploadIntended intended, Publication ifForeign, Publication ifAbsent) {
        return ask(() -> store.head(intended.file())).handle((object, failure) -> {
            if (failure != null) {
                return new Publication.Unclear(Problem.of(failure));
            }
            return object.<Publication>map(found -> ours(intended, found) ? new Publication.Visible() : ifForeign)
                    .orElse(ifAbsent);
        });
    }

    private static boolean ours(UploadIntended intended, StoredObject object) {
        return intended.setId().toString().equals(object.metadata().get(SetMetadata.SET_ID))
                && Integer.toString(intended.family()).equals(object.metadata().get(SetMetadata.FAMILY));
    }

    private static Problem foreign(UploadIntended intended) {
        return BackupError.PUBLISH_CONFLICT.problem(
                intended.file(), "those of the set's " + intended.families() + " files that are published");
    }

    /** What became of an upload that was to be aborted. */
    enum Abortion {
        /** The store does not know it, and it never became an object. */
        GONE,
        /** A completion came first: the object is there and is ours. */
        PUBLISHED,
        /** The store must be asked again, whatever the reason. */
        UNCLEAR
    }

    /**
     * Aborts the upload.
     *
     * @param completionSent a completion may have been sent, so that the upload may also be gone because it became the object
     */
    CompletionStage<Abortion> abort(UploadIntended intended, Upload upload, boolean completionSent) {
        return ask(() -> store.abort(upload))
                .thenCompose(gone -> {
                    if (!gone || !completionSent) {
                        return CompletableFuture.completedFuture(gone ? Abortion.GONE : Abortion.UNCLEAR);
                    }
                    return ask(() -> store.head(intended.file()))
                            .thenApply(object -> object.filter(found -> ours(intended, found))
                                            .isPresent()
                                    ? Abortion.PUBLISHED
                                    : Abortion.GONE);
                })
                .exceptionally(failure -> Abortion.UNCLEAR);
    }

    private static <T> CompletionStage<T> ask(Supplier<CompletionStage<T>> request) {
        try {
            return request.get();
        } catch (RuntimeException refused) {
            return CompletableFuture.failedFuture(refused);
        }
    }
}
