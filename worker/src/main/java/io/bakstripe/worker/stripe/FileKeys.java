package io.bakstripe.worker.stripe;

import akka.Done;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.BakstripeException;
import io.bakstripe.worker.format.Layout;
import io.bakstripe.worker.format.Preamble;
import io.bakstripe.worker.journal.StripeEvent.Seal;
import io.bakstripe.worker.journal.StripeEvent.UploadIntended;
import io.bakstripe.worker.seal.KeyObject;
import io.bakstripe.worker.seal.KeyObject.Entry;
import io.bakstripe.worker.seal.KeyObjectStore;
import io.bakstripe.worker.store.ObjectStore;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;

/** The wrapped keys of a stripe's file in the authenticated mode, which lie beside it; made of the record alone. */
final class FileKeys {
    private final UploadIntended intended;
    private final Seal seal;
    private final UUID dataKeyId;

    private FileKeys(UploadIntended intended, Seal seal, UUID dataKeyId) {
        this.intended = intended;
        this.seal = seal;
        this.dataKeyId = dataKeyId;
    }

    /** Empty in modes whose keys lie elsewhere, or that have none. */
    static Optional<FileKeys> of(UploadIntended intended, Optional<Seal> seal) {
        return seal.flatMap(how -> how.dataKeyId().map(id -> new FileKeys(intended, how, id)));
    }

    /** Reads the key object that they will go into, before hours of work are lost because it is none. */
    CompletionStage<Done> look(ObjectStore store) {
        return new KeyObjectStore(store).of(intended.file()).thenApply(readable -> Done.getInstance());
    }

    /** Puts them there, in front of those of other files. Keys that are there already stay as they are: they may have been wrapped anew. */
    CompletionStage<Done> keep(ObjectStore store) {
        KeyObjectStore keys = new KeyObjectStore(store);
        return keys.of(intended.file())
                .thenCompose(there -> there.files().size() < KeyObject.MAX_FILES
                        ? CompletableFuture.completedStage(Optional.<UUID>empty())
                        : visible(store))
                .thenCompose(visible -> keys.change(
                        intended.file(),
                        all -> all.entry(dataKeyId).isPresent()
                                ? all
                                : inFront(all, visible).with(entry())))
                .thenApply(there -> Done.getInstance());
    }

    /** The data key of the file that has the name now: where entries have to go, its own is not among them, however old it is. */
    private CompletionStage<Optional<UUID>> visible(ObjectStore store) {
        return store.head(intended.file())
                .thenCompose(found -> found.filter(file -> file.size() >= Layout.PREAMBLE_BYTES)
                        .map(file -> store.read(file, 0, Layout.PREAMBLE_BYTES).thenApply(this::dataKey))
                        .orElseGet(() -> CompletableFuture.completedStage(Optional.empty())));
    }

    private Optional<UUID> dataKey(ByteBuffer preamble) {
        try {
            return Preamble.read(intended.file(), preamble).cipher().map(Preamble.Cipher::dataKeyId);
        } catch (BakstripeException foreign) {
            return Optional.empty();
        }
    }

    private static KeyObject inFront(KeyObject all, Optional<UUID> visible) {
        return visible.flatMap(all::entry)
                .map(entry -> new KeyObject(
                        Stream.concat(Stream.of(entry), all.files().stream().filter(other -> !other.equals(entry)))
                                .toList()))
                .orElse(all);
    }

    private Entry entry() {
        return Entry.of(
                dataKeyId,
                intended.setId(),
                intended.family(),
                intended.at(),
                seal.wrapped().stream().map(StripeKeys::wrapped).toList());
    }

    /** {@code FILE_NAMED_AS_KEYS} for a file that restores would take for a key object. */
    static void checkName(UploadIntended intended) {
        if (KeyObject.isNamedSo(intended.file())) {
            throw BackupError.FILE_NAMED_AS_KEYS.problem(intended.file()).asException();
        }
    }
}
