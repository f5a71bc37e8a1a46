package io.bakstripe.worker.restore;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.worker.format.Mode;
import io.bakstripe.worker.format.StripeHeader;
import io.bakstripe.worker.restore.FoundSet.FoundStripe;
import io.bakstripe.worker.seal.KeyObject;
import io.bakstripe.worker.store.ObjectReader;
import io.bakstripe.worker.store.ObjectStore.StoredObject;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Finds sets in an object store; reads two small ranges of each file, all files at once. Thread-safe. */
public final class StoreSetFinder implements SetFinder {
    /** The most files that a restore reads from (row R1's message). */
    static final int MAX_FILES = 10;

    private final ObjectReader store;
    private final int listLimit;

    public StoreSetFinder(ObjectReader store, RestoreSettings settings) {
        this.store = store;
        this.listLimit = settings.listLimit();
    }

    @Override
    public CompletionStage<FoundSet> find(S3Arn from) {
        return objects(from).thenCompose(this::readEnds).thenApply(StoreSetFinder::judge);
    }

    /**
     * All sets that these ARNs name, each as {@link #find} takes it except that an asterisk may match the files of many sets; fails as {@link #find} does for files of
     * which none belongs to the others.
     */
    public CompletionStage<List<FoundSet>> all(List<S3Arn> from) {
        return objects(from)
                .thenCompose(this::readEnds)
                .thenApply(files -> files.stream()
                        .collect(Collectors.groupingBy(
                                file -> file.header().setId(), LinkedHashMap::new, Collectors.toList()))
                        .values()
                        .stream()
                        .map(StoreSetFinder::judge)
                        .toList());
    }

    /** The objects that these ARNs name, each once, as {@link #all} takes them; they are not looked into. */
    public CompletionStage<List<StoredObject>> objects(List<S3Arn> from) {
        List<CompletableFuture<List<StoredObject>>> found = from.stream()
                .map(arn -> objects(arn, listLimit).toCompletableFuture())
                .toList();
        return CompletableFuture.allOf(found.toArray(CompletableFuture<?>[]::new))
                .thenApply(all -> List.copyOf(found.stream()
                        .flatMap(objects -> objects.join().stream())
                        .collect(Collectors.toMap(
                                StoredObject::file, Function.identity(), (one, same) -> one, LinkedHashMap::new))
                        .values()));
    }

    /** The objects that an ARN names, as {@link #find} takes it; they are not looked into. */
    public CompletionStage<List<StoredObject>> objects(S3Arn from) {
        return objects(from, MAX_FILES);
    }

    private CompletionStage<List<StoredObject>> objects(S3Arn from, int most) {
        if (KeyObject.isNamedSo(from)) {
            return CompletableFuture.failedFuture(BackupError.NOT_A_BACKUP
                    .problem(from, "objects of that name hold the keys of files")
                    .asException());
        }
        return store.head(from)
                .thenCompose(literal -> literal.isPresent()
                        ? CompletableFuture.completedFuture(List.of(literal.get()))
                        : matches(from, most));
    }

    private CompletionStage<List<StoredObject>> matches(S3Arn from, int most) {
        int asterisk = from.key().indexOf('*');
        if (asterisk < 0) {
            return CompletableFuture.failedFuture(
                    BackupError.FILE_UNKNOWN.problem(from).asException());
        }
        Pattern pattern = glob(from.key());
        return store.list(from.bucket(), from.key().substring(0, asterisk), listLimit + 1)
                .thenCompose(listed -> {
                    List<StoredObject> matching = listed.stream()
                            .filter(object ->
                                    pattern.matcher(object.file().key()).matches())
                            .filter(object -> !KeyObject.isNamedSo(object.file()))
                            .toList();
                    if (listed.size() > listLimit) {
                        // What lies beyond the limit is not known, so no set can be called complete.
                        throw BackupError.TOO_MANY_FILES
                                .problem("more than " + listLimit)
                                .asException();
                    }
                    if (matching.size() > most) {
                        throw BackupError.TOO_MANY_FILES
                                .problem(matching.size())
                                .asException();
                    }
                    if (matching.isEmpty()) {
                        throw BackupError.FILE_UNKNOWN.problem(from).asException();
                    }
                    return known(from, matching);
                });
    }

    /** A list says nothing of metadata, which tell how a file is encrypted. */
    private CompletionStage<List<StoredObject>> known(S3Arn from, List<StoredObject> listed) {
        List<CompletableFuture<Optional<StoredObject>>> asked = listed.stream()
                .map(object -> store.head(object.file()).toCompletableFuture())
                .toList();
        return CompletableFuture.allOf(asked.toArray(CompletableFuture<?>[]::new))
                .thenApply(all -> asked.stream()
                        .map(head -> head.join()
                                .orElseThrow(() ->
                                        BackupError.FILE_UNKNOWN.problem(from).asException()))
                        .toList());
    }

    private static Pattern glob(String key) {
        StringBuilder pattern = new StringBuilder();
        for (String literal : key.split("\\*", -1)) {
            pattern.append(pattern.isEmpty() ? "" : ".*").append(Pattern.quote(literal));
        }
        return Pattern.compile(pattern.toString(), Pattern.DOTALL);
    }

    private CompletionStage<List<FoundStripe>> readEnds(Collection<StoredObject> objects) {
        List<CompletableFuture<FoundStripe>> reads = objects.stream()
                .map(object -> new StripeEnds(store::read, object).read().toCompletableFuture())
                .toList();
        return CompletableFuture.allOf(reads.toArray(CompletableFuture<?>[]::new))
                .thenApply(all -> reads.stream().map(CompletableFuture::join).toList());
    }

    /** What is not authenticated could say anything of itself, also that it belongs to files that are. */
    private static boolean sealedAlike(FoundStripe one, FoundStripe other) {
        return (one.mode() == Mode.AUTHENTICATED) == (other.mode() == Mode.AUTHENTICATED);
    }

    /** One whole set out of the files, or what stands in its way. */
    static FoundSet judge(List<FoundStripe> files) {
        FoundStripe first = files.get(0);
        StripeHeader header = first.header();
        Map<Integer, FoundStripe> byFamily = new HashMap<>();
        for (FoundStripe file : files) {
            boolean same = file.header().setId().equals(header.setId())
                    && file.header().families() == header.families()
                    && sealedAlike(file, first)
                    && file.trailer().stop().equals(first.trailer().stop());
            if (!same) {
                throw BackupError.STRIPE_FOREIGN.problem(file.object().file()).asException();
            }
            FoundStripe twin = byFamily.putIfAbsent(file.header().family(), file);
            if (twin != null) {
                throw BackupError.STRIPE_DOUBLED
                        .problem(
                                file.object().file(),
                                file.header().family(),
                                twin.object().file())
                        .asException();
            }
        }
        if (files.size() < header.families()) {
            throw BackupError.STRIPE_MISSING
                    .problem(header.families(), files.size())
                    .asException();
        }
        List<FoundStripe> ordered = new ArrayList<>(files);
        ordered.sort(Comparator.comparingInt(file -> file.header().family()));
        return new FoundSet(ordered, first.trailer().stop());
    }
}
