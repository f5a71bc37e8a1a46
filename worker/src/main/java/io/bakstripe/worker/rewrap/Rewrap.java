package io.bakstripe.worker.rewrap;

import static io.bakstripe.worker.rewrap.Openings.await;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.name.KeyArn;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.worker.format.Layout;
import io.bakstripe.worker.format.Mode;
import io.bakstripe.worker.format.Preamble;
import io.bakstripe.worker.key.KeyService;
import io.bakstripe.worker.key.envelope.Envelope;
import io.bakstripe.worker.restore.RestoreSettings;
import io.bakstripe.worker.restore.StoreSetFinder;
import io.bakstripe.worker.seal.KeyObjectStore;
import io.bakstripe.worker.store.ObjectRewriter;
import io.bakstripe.worker.store.ObjectStore;
import io.bakstripe.worker.store.ObjectStore.StoredObject;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * Gives files that are stored other KMS keys. Their data keys stay the same, so nothing is encrypted anew: whoever could open a wrapped key of before can still open the file.
 *
 * <h2>What holds at every moment</h2>
 *
 * Each file opens with the keys of before or with those of afterwards. A data key that was wrapped anew is opened again and compared before it is stored; each file is changed in one step of the store; what was changed is opened
 * before the next file is. Where anything speaks against the change of one of the files, none is changed. After a failure or a crash on the way some files are changed and others are not, and the same change may be asked for again:
 * files that are as they should be are opened, and left alone.
 */
public final class Rewrap {
    private final ObjectStore store;
    private final ObjectRewriter rewriter;
    private final KeyService keys;
    private final KeyObjectStore keyObjects;
    private final StoreSetFinder finder;
    private final Openings openings;

    /** @param executor where bytes are decrypted */
    public Rewrap(
            ObjectStore store, ObjectRewriter rewriter, KeyService keys, Executor executor, RestoreSettings settings) {
        this.store = store;
        this.rewriter = rewriter;
        this.keys = keys;
        this.keyObjects = new KeyObjectStore(store);
        this.finder = new StoreSetFinder(store, settings);
        this.openings = new Openings(store, keys, executor);
    }

    /**
     * Changes the keys of all files that these ARNs name; an asterisk matches, also the files of many sets. Blocks.
     *
     * <p>Throws, before anything is changed, as backups do for a key that nothing is encrypted with ({@code KEY_ASYMMETRIC}, {@code KEY_AWS_MANAGED}, {@code KEY_DISABLED}, {@code KEY_NOT_USABLE}, {@code KEY_UNKNOWN}),
     * with {@code FILE_UNKNOWN}, {@code NOT_A_BACKUP}, {@code FILE_NOT_ENCRYPTED}, {@code KEY_ALONE}, {@code KEY_LAST}, {@code KEY_NOT_OF_FILE}, {@code KEY_WRONG}, and as restores are refused for files that do not open;
     * later on with {@code FILE_CHANGED} and {@code REWRAP_UNPROVEN}; as store and key service fail at any time.
     *
     * @param told of each file when it is done
     * @return all of them
     */
    public List<Rewrapped> run(List<S3Arn> from, KeyChange change, Consumer<Rewrapped> told) {
        change.added().ifPresent(this::requireUsable);
        List<FileChange> changes = await(finder.objects(from)).stream()
                .map(object -> prepare(object, change))
                .toList();
        List<Rewrapped> done = new ArrayList<>();
        for (FileChange each : changes) {
            Rewrapped rewrapped = each.apply();
            told.accept(rewrapped);
            done.add(rewrapped);
        }
        return done;
    }

    private void requireUsable(KeyArn key) {
        await(keys.describe(key)).refusal().ifPresent(problem -> {
            throw problem.asException();
        });
    }

    private FileChange prepare(StoredObject object, KeyChange change) {
        if (Envelope.isIn(object.metadata())) {
            return EnvelopeChange.prepare(openings, rewriter, object, change);
        }
        int bytes = (int) Math.min(object.size(), Layout.PREAMBLE_BYTES);
        Preamble preamble = Preamble.read(object.file(), await(store.read(object, 0, bytes)));
        if (preamble.mode() != Mode.AUTHENTICATED) {
            throw BackupError.FILE_NOT_ENCRYPTED
                    .problem(object.file())
                    .withHint("There is no key to change; name encrypted files only.")
                    .asException();
        }
        return KeyObjectChange.prepare(openings, keyObjects, object.file(), preamble, change);
    }
}
