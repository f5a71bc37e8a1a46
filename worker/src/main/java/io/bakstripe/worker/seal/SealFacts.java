package io.bakstripe.worker.seal;

import io.bakstripe.protocol.error.BakstripeException;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.name.KeyArn;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.worker.format.Mode;
import io.bakstripe.worker.format.Preamble;
import io.bakstripe.worker.key.WrappedKey;
import io.bakstripe.worker.key.envelope.Envelope;
import io.bakstripe.worker.store.ObjectReader;
import io.bakstripe.worker.store.ObjectStore.StoredObject;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * What a file tells of its encryption to whoever has no key. None of it is proven before the file is opened.
 *
 * @param mode plain also for what is no backup at all
 * @param identity in mode 2, whose preamble is not encrypted
 * @param keys each of which opens the file, as far as is known
 * @param problem why the keys are not known
 */
public record SealFacts(Mode mode, Optional<FileIdentity> identity, List<KeyArn> keys, Optional<Problem> problem) {
    public SealFacts {
        keys = List.copyOf(keys);
    }

    /** Looks at metadata, preamble and key object; asks no key service. Fails as preambles do, and as the store fails. */
    public static CompletionStage<SealFacts> of(ObjectReader store, StoredObject object) {
        if (Envelope.isIn(object.metadata())) {
            return CompletableFuture.completedFuture(ofEnvelope(object));
        }
        return Preambles.find(object, (offset, length) -> store.read(object, offset, length))
                .thenCompose(preamble -> preamble.flatMap(Preamble::cipher)
                        .map(cipher -> ofKeyObject(
                                store,
                                object.file(),
                                new FileIdentity(
                                        cipher.dataKeyId(),
                                        preamble.get().setId(),
                                        preamble.get().family(),
                                        preamble.get().families())))
                        .orElseGet(() -> CompletableFuture.completedFuture(
                                new SealFacts(Mode.PLAIN, Optional.empty(), List.of(), Optional.empty()))));
    }

    private static SealFacts ofEnvelope(StoredObject object) {
        try {
            Envelope envelope = Envelope.read(object.file(), object.metadata());
            List<KeyArn> keys = List.of(envelope.key(object.file()));
            return new SealFacts(Mode.ENCRYPTION_ONLY, Optional.empty(), keys, Optional.empty());
        } catch (BakstripeException damaged) {
            return new SealFacts(Mode.ENCRYPTION_ONLY, Optional.empty(), List.of(), Optional.of(damaged.problem()));
        }
    }

    private static CompletionStage<SealFacts> ofKeyObject(ObjectReader store, S3Arn file, FileIdentity identity) {
        return KeyObjects.of(store, file, identity)
                .handle((wrapped, failure) -> failure == null
                        ? new SealFacts(Mode.AUTHENTICATED, Optional.of(identity), arns(wrapped), Optional.empty())
                        : new SealFacts(
                                Mode.AUTHENTICATED,
                                Optional.of(identity),
                                List.of(),
                                Optional.of(Problem.of(failure))));
    }

    private static List<KeyArn> arns(List<WrappedKey> wrapped) {
        return wrapped.stream().map(WrappedKey::key).distinct().toList();
    }
}
