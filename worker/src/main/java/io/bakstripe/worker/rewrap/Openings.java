package io.bakstripe.worker.rewrap;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.BakstripeException;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.name.KeyArn;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.worker.key.DataKey;
import io.bakstripe.worker.key.EncryptionContext;
import io.bakstripe.worker.key.KeyService;
import io.bakstripe.worker.key.WrappedKey;
import io.bakstripe.worker.restore.FileInspection;
import io.bakstripe.worker.restore.FoundSet.FoundStripe;
import io.bakstripe.worker.seal.OpenedFiles;
import io.bakstripe.worker.seal.OpenedFiles.KeyChoice;
import io.bakstripe.worker.store.ObjectReader;
import io.bakstripe.worker.store.ObjectStore.StoredObject;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/** Opens files and data keys to see that they open. All methods block. */
final class Openings {
    private final ObjectReader store;
    private final KeyService keys;
    private final Executor executor;

    /** @param executor where bytes are decrypted */
    Openings(ObjectReader store, KeyService keys, Executor executor) {
        this.store = store;
        this.keys = keys;
        this.executor = executor;
    }

    static <T> T await(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().join();
        } catch (CompletionException failed) {
            throw failed.getCause() instanceof RuntimeException cause ? cause : failed;
        }
    }

    /** The refusal of a file, or key object, that is another one than was looked at. */
    static BakstripeException changed(S3Arn object) {
        return BackupError.FILE_CHANGED
                .problem(object)
                .withHint(
                        "It was replaced while its key was being changed, and is left as it is: run the command again.")
                .asException();
    }

    /** What a file says of itself when it is opened with this key, as it is now; throws as a restore that names the key is refused. */
    FoundStripe with(S3Arn file, KeyArn key) {
        try (OpenedFiles files = new OpenedFiles(store, keys, new KeyChoice.Named(Optional.of(key)), executor)) {
            StoredObject plain = await(files.head(file))
                    .orElseThrow(() -> BackupError.FILE_UNKNOWN.problem(file).asException());
            return new FileInspection(files::read).ends(plain);
        }
    }

    /** The same with the first of several keys that opens it; throws as the first one does where none does. */
    FoundStripe withAny(S3Arn file, List<KeyArn> any) {
        BakstripeException first = null;
        for (KeyArn key : any) {
            try {
                return with(file, key);
            } catch (BakstripeException failed) {
                first = first == null ? failed : first;
            }
        }
        throw first == null ? new IllegalArgumentException("no key to open " + file + " with") : first;
    }

    /**
     * Wraps a data key with another key and opens it again with that one, so that nothing is stored which does not open.
     *
     * @param wrapped as it is now
     */
    WrappedKey anew(WrappedKey wrapped, KeyArn to, EncryptionContext context) {
        try (DataKey plain = await(keys.unwrap(wrapped))) {
            WrappedKey made = await(keys.wrap(plain, to, context));
            try (DataKey again = await(keys.unwrap(made))) {
                if (!plain.use(one -> again.use(other -> MessageDigest.isEqual(one, other)))) {
                    throw BackupError.KEY_WRONG.problem(to).asException();
                }
            }
            return made;
        }
    }

    /**
     * Throws with {@code REWRAP_UNPROVEN} unless the file opens and is what it was.
     *
     * @param before no secret; what has to be put back if worst comes to worst
     */
    void prove(FoundStripe was, List<KeyArn> any, String before) {
        S3Arn file = was.object().file();
        FoundStripe now;
        try {
            now = withAny(file, any);
        } catch (BakstripeException failed) {
            Problem why = failed.problem();
            throw BackupError.REWRAP_UNPROVEN
                    .problem(file, "%s: %s".formatted(why.error().code(), why.detail()), before)
                    .asException(failed);
        }
        if (now.mode() != was.mode()
                || !now.header().equals(was.header())
                || !now.trailer().equals(was.trailer())) {
            throw BackupError.REWRAP_UNPROVEN
                    .problem(file, "it holds another backup", before)
                    .asException();
        }
    }
}
