package io.bakstripe.worker.stripe;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.ErrorCategory;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.name.StripeRef;
import io.bakstripe.worker.format.Layout;
import io.bakstripe.worker.journal.StripeEvent.UploadIntended;
import io.bakstripe.worker.store.ObjectStore;
import io.bakstripe.worker.store.ObjectStore.Completion;
import io.bakstripe.worker.store.ObjectStore.StoredObject;
import io.bakstripe.worker.store.ObjectStore.StoredPart;
import io.bakstripe.worker.store.ObjectStore.Upload;
import io.bakstripe.worker.store.SetMetadata;
import java.util.List;
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

    /** Creates the upload; never tried twice. */
    CompletionStage<Upload> begin(UploadIntended intended, StripeRef stripe) {
        Map<String, String> metadata = Map.of(
                SetMetadata.SET_ID, intended.setId().toString(),
                SetMetadata.FAMILY, Integer.toString(intended.family()),
                SetMetadata.FAMILIES, Integer.toString(intended.families()),
                SetMetadata.ATTEMPT, Integer.toString(stripe.attempt().attempt()),
                SetMetadata.FORMAT, Integer.toString(Layout.VERSION));
        return ask(() -> store.createUpload(intended.file(), metadata));
    }

    /** Compares the store's list of parts with the record; empty when they are the same, otherwise what differs. */
    CompletionStage<Optional<Problem>> compare(Upload upload, PartLedger parts) {
        return ask(() -> store.listParts(upload))
                .thenApply(listed -> difference(parts, listed)
                        .map(what -> BackupError.STORE_FAILED.problem("the parts of " + upload.file(), what)));
    }

    /** What differs between the record and the store's list, in words. */
    static Optional<String> difference(PartLedger parts, Optional<List<StoredPart>> listed) {
        if (listed.isEmpty()) {
            return Optional.of("the store does not know the upload any more");
        }
        List<StoredPart> found = listed.get();
        if (found.size() != parts.count()) {
            return Optional.of("the store lists " + found.size() + " parts, " + parts.count() + " were stored");
        }
        for (int number = 1; number <= parts.count(); number++) {
            StoredPart part = found.get(number - 1);
            boolean sameSize = part.size() == 0 || part.size() == parts.storedBytes(number);
            boolean sameTag = bare(part.etag()).equals(bare(parts.etag(number)));
            if (part.number() != number || !sameSize || !sameTag) {
                return Optional.of("part " + number + " is not what was stored; the store lists number " + part.number()
                        + ", " + part.size() + " bytes, etag " + part.etag());
            }
        }
        return Optional.empty();
    }

    /**
     * Completes the upload, or finds out that an earlier completion did. Needs nothing but the record.
     *
     * @param intended what was recorded before the upload was begun
     */
    CompletionStage<Publication> publish(UploadIntended intended, Upload upload, PartLedger parts) {
        return ask(() -> store.complete(upload, parts.asStored(), intended.overwrite()))
                .handle((completion, failure) ->
                        failure == null ? completed(intended, completion) : afterFailure(intended, Problem.of(failure)))
                .thenCompose(outcome -> outcome);
    }

    private CompletionStage<Publication> completed(UploadIntended intended, Completion completion) {
        return completion == Completion.COMPLETED
                ? CompletableFuture.completedFuture(new Publication.Visible())
                : decideByObject(intended, new Publication.Impossible(foreign(intended)));
    }

    private CompletionStage<Publication> afterFailure(UploadIntended intended, Problem failure) {
        return decideByObject(
                intended,
                failure.error().category() == ErrorCategory.UNREACHABLE
                        ? new Publication.Unclear(failure)
                        : new Publication.Impossible(failure));
    }

    private CompletionStage<Publication> decideByObject(UploadIntended intended, Publication unlessOurs) {
        return ask(() -> store.head(intended.file())).handle((object, failure) -> {
            if (failure != null) {
                return new Publication.Unclear(Problem.of(failure));
            }
            return object.filter(found -> ours(intended, found)).isPresent() ? new Publication.Visible() : unlessOurs;
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

    /** True when the store no longer knows the upload; false when it must be asked again, whatever the reason. */
    CompletionStage<Boolean> abort(Upload upload) {
        return ask(() -> store.abort(upload)).exceptionally(failure -> false);
    }

    private static <T> CompletionStage<T> ask(Supplier<CompletionStage<T>> request) {
        try {
            return request.get();
        } catch (RuntimeException refused) {
            return CompletableFuture.failedFuture(refused);
        }
    }

    /** Some stores quote entity tags in one answer and not in another. */
    private static String bare(String etag) {
        return etag.replace("\"", "");
    }
}
