package io.bakstripe.worker.rewrap;

import static io.bakstripe.worker.rewrap.Openings.await;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.BakstripeException;
import io.bakstripe.protocol.name.KeyArn;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.stripe.EncryptionMode;
import io.bakstripe.worker.format.Preamble;
import io.bakstripe.worker.key.EncryptionContext;
import io.bakstripe.worker.key.WrappedKey;
import io.bakstripe.worker.restore.FoundSet.FoundStripe;
import io.bakstripe.worker.seal.KeyObject;
import io.bakstripe.worker.seal.KeyObject.Entry;
import io.bakstripe.worker.seal.KeyObjectStore;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;

/**
 * Mode 2: the wrapped keys are in an object beside the file, which is replaced; the file itself is not touched.
 *
 * @param was what the file says when it is opened
 * @param before its entry
 * @param change made to the wrapped keys that there are at that moment
 * @param opening keys of which one has to open the file then
 */
record KeyObjectChange(
        Openings openings,
        KeyObjectStore store,
        FoundStripe was,
        Entry before,
        UnaryOperator<List<WrappedKey>> change,
        List<KeyArn> opening)
        implements FileChange {

    /** Refuses what cannot be done, with {@code KEY_LAST}, {@code KEY_NOT_OF_FILE} and as the file opens. */
    static FileChange prepare(
            Openings openings, KeyObjectStore store, S3Arn file, Preamble preamble, KeyChange change) {
        Plan plan = new Plan(openings, store, file, preamble);
        if (change instanceof KeyChange.Replace replace) {
            return plan.replace(replace.key(), replace.by());
        }
        if (change instanceof KeyChange.Add add) {
            return plan.add(add.key(), add.more());
        }
        KeyChange.Remove remove = (KeyChange.Remove) change;
        return plan.remove(remove.key(), remove.kept());
    }

    @Override
    public Rewrapped apply() {
        S3Arn file = was.object().file();
        KeyObject stored = await(store.change(file, all -> {
            Entry entry = all.entry(before.dataKeyId())
                    .orElseThrow(() -> BackupError.KEY_OBJECT_FOREIGN
                            .problem(KeyObject.of(file), file)
                            .asException());
            return all.with(entry.withKeys(change.apply(entry.keys())));
        }));
        openings.prove(was, opening, new String(new KeyObject(List.of(before)).toBytes(), StandardCharsets.UTF_8));
        return new Rewrapped(
                file,
                EncryptionMode.AUTHENTICATED,
                true,
                names(stored.entry(before.dataKeyId()).orElse(before).keys()));
    }

    private static List<KeyArn> names(List<WrappedKey> keys) {
        return keys.stream().map(WrappedKey::key).distinct().toList();
    }

    /** How one file is looked at. */
    private static final class Plan {
        private final Openings openings;
        private final KeyObjectStore store;
        private final S3Arn file;
        private final EncryptionContext context;
        private final Optional<Entry> entry;
        private final List<WrappedKey> keys;
        private final List<KeyArn> names;

        Plan(Openings openings, KeyObjectStore store, S3Arn file, Preamble preamble) {
            this.openings = openings;
            this.store = store;
            this.file = file;
            UUID dataKeyId = preamble.cipher().orElseThrow().dataKeyId();
            this.context = EncryptionContext.authenticated(preamble.setId(), preamble.family(), dataKeyId);
            this.entry = await(store.of(file)).entry(dataKeyId);
            this.keys = entry.map(Entry::keys).orElse(List.of());
            this.names = names(keys);
        }

        FileChange replace(KeyArn key, KeyArn by) {
            if (!names.contains(by)) {
                FoundStripe was = openings.with(file, key);
                WrappedKey made = wrapped(key, by);
                return change(was, now -> exchanged(now, key, made), by);
            }
            FoundStripe was = openings.with(file, by);
            return names.contains(key) ? change(was, now -> without(now, key, List.of(by)), by) : unchanged();
        }

        FileChange add(KeyArn key, KeyArn more) {
            if (names.contains(more)) {
                openings.with(file, more);
                return unchanged();
            }
            FoundStripe was = openings.with(file, key);
            WrappedKey made = wrapped(key, more);
            return change(was, now -> added(now, made), more);
        }

        FileChange remove(KeyArn key, Optional<KeyArn> kept) {
            List<KeyArn> others =
                    names.stream().filter(other -> !other.equals(key)).toList();
            if (others.isEmpty() && names.contains(key)) {
                throw BackupError.KEY_LAST.problem(key, file).asException();
            }
            // Where there is nothing at all, opening the file says what is wrong.
            FoundStripe was = kept.isPresent() || others.isEmpty()
                    ? openings.with(file, kept.orElse(key))
                    : openings.withAny(file, others);
            if (!names.contains(key)) {
                return unchanged();
            }
            List<KeyArn> opening = kept.map(List::of).orElse(others);
            return new KeyObjectChange(
                    openings, store, was, entry.orElseThrow(), now -> without(now, key, opening), opening);
        }

        /** With the first of the file's own wraps by this key that opens. */
        private WrappedKey wrapped(KeyArn key, KeyArn by) {
            BakstripeException first = null;
            for (WrappedKey one : keys) {
                if (one.key().equals(key)) {
                    try {
                        return openings.anew(one, by, context);
                    } catch (BakstripeException failed) {
                        first = first == null ? failed : first;
                    }
                }
            }
            throw first == null ? changed() : first;
        }

        /** A request that was repeated because its answer was lost finds what it stored itself. */
        private List<WrappedKey> exchanged(List<WrappedKey> now, KeyArn key, WrappedKey made) {
            if (now.stream().noneMatch(one -> one.key().equals(key))) {
                if (now.contains(made)) {
                    return now;
                }
                throw changed();
            }
            List<WrappedKey> all = new ArrayList<>();
            for (WrappedKey one : now) {
                if (!one.key().equals(key)) {
                    all.add(one);
                } else if (!all.contains(made)) {
                    all.add(made);
                }
            }
            return all;
        }

        /** The proven wraps have to be there still: the key that goes might be the last one otherwise. */
        private List<WrappedKey> without(List<WrappedKey> now, KeyArn key, List<KeyArn> opening) {
            List<WrappedKey> proven =
                    keys.stream().filter(one -> opening.contains(one.key())).toList();
            if (!now.containsAll(proven)) {
                throw changed();
            }
            return now.stream().filter(one -> !one.key().equals(key)).toList();
        }

        private static List<WrappedKey> added(List<WrappedKey> now, WrappedKey made) {
            List<WrappedKey> all = new ArrayList<>(now);
            if (!all.contains(made)) {
                all.add(made);
            }
            return all;
        }

        private FileChange change(FoundStripe was, UnaryOperator<List<WrappedKey>> change, KeyArn opening) {
            return new KeyObjectChange(openings, store, was, entry.orElseThrow(), change, List.of(opening));
        }

        private FileChange unchanged() {
            return () -> new Rewrapped(file, EncryptionMode.AUTHENTICATED, false, names);
        }

        private BakstripeException changed() {
            return Openings.changed(KeyObject.of(file));
        }
    }
}
