package io.bakstripe.worker.seal;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.BakstripeException;
import io.bakstripe.worker.format.FrameEncoder;
import io.bakstripe.worker.format.Layout;
import io.bakstripe.worker.format.Mode;
import io.bakstripe.worker.format.Place;
import io.bakstripe.worker.format.Preamble;
import io.bakstripe.worker.store.ObjectStore.StoredObject;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Looks for the preamble of a backup, which tells the mode, in an object that may be anything. */
final class Preambles {
    private Preambles() {}

    /**
     * Empty for what does not begin as a backup. Fails as {@link Preamble#read} does for one that is damaged, newer, or of a mode or cipher that is not known, and with {@code FILE_DAMAGED} for one of mode 2
     * that says anything in reserved bytes: nothing would bind it to the key.
     */
    static CompletionStage<Optional<Preamble>> find(StoredObject object, Bytes bytes) {
        return object.size() < Layout.PREAMBLE_BYTES
                ? CompletableFuture.completedFuture(Optional.empty())
                : bytes.read(0, Layout.PREAMBLE_BYTES).thenApply(begin -> found(object, begin));
    }

    private static Optional<Preamble> found(StoredObject object, ByteBuffer begin) {
        try {
            Preamble preamble = Preamble.read(object.file(), begin);
            if (preamble.mode() == Mode.AUTHENTICATED
                    && !begin.equals(ByteBuffer.wrap(FrameEncoder.preamble(preamble)))) {
                throw new Place(object.file(), "preamble").damaged("reserved bytes are in use");
            }
            return Optional.of(preamble);
        } catch (BakstripeException refused) {
            if (refused.problem().error() == BackupError.NOT_A_BACKUP) {
                return Optional.empty();
            }
            throw refused;
        }
    }

    /** A range of the object. */
    @FunctionalInterface
    interface Bytes {
        CompletionStage<ByteBuffer> read(long offset, int length);
    }
}
