package io.bakstripe.worker.stripe;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.worker.store.ObjectStore;
import io.bakstripe.worker.store.RequestScope;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The way to a store, on which parts arrive in any order, hang or get lost when they are told to, and are counted. */
final class SlowStore implements ObjectStore {
    final AtomicInteger mostPartsInFlight = new AtomicInteger();
    final AtomicInteger requestsInFlight = new AtomicInteger();
    final AtomicLong mostBytesInFlight = new AtomicLong();
    final AtomicInteger abortsToIgnore = new AtomicInteger();
    volatile int refusePart;
    volatile boolean hangParts;
    volatile int loseFromListing;
    volatile int partDelayMillis = 10;
    /** Numbers of the parts that were sent, in order. */
    final List<Integer> uploaded = new CopyOnWriteArrayList<>();

    /** Answers to completions that the store behind this one does not see. */
    final Queue<Completion> completions = new ConcurrentLinkedQueue<>();

    private final Set<Integer> hidden = ConcurrentHashMap.newKeySet();
    private final AtomicReference<@Nullable Consumer<Upload>> beforeListing = new AtomicReference<>();
    private final ObjectStore store;
    private final Map<String, Integer> partsInFlight = new ConcurrentHashMap<>();
    private final AtomicLong bytesInFlight = new AtomicLong();
    private final List<CompletableFuture<StoredPart>> hung = new CopyOnWriteArrayList<>();

    SlowStore(ObjectStore store) {
        this.store = store;
    }

    /** Ends the requests that hang. */
    void failHungParts() {
        hung.forEach(answer -> answer.completeExceptionally(
                BackupError.STORE_UNREACHABLE.problem("timed out").asException()));
    }

    @Override
    public ObjectStore within(RequestScope scope) {
        return new ScopedStore(this, scope);
    }

    /** The next listing is asked for only after this was done to the upload. */
    void beforeNextListing(Consumer<Upload> act) {
        beforeListing.set(act);
    }

    /** Lists without this part until it is stored again. */
    void hide(int number) {
        hidden.add(number);
    }

    @Override
    public long maxObjectBytes() {
        return store.maxObjectBytes();
    }

    @Override
    public CompletionStage<StoredPart> uploadPart(Upload upload, int number, List<ByteBuffer> body, int crc32c) {
        requestsInFlight.incrementAndGet();
        uploaded.add(number);
        long size = body.stream().mapToLong(ByteBuffer::remaining).sum();
        mostBytesInFlight.accumulateAndGet(bytesInFlight.addAndGet(size), Math::max);
        mostPartsInFlight.accumulateAndGet(partsInFlight.merge(upload.id(), 1, Integer::sum), Math::max);
        CompletableFuture<StoredPart> answer = new CompletableFuture<>();
        if (hangParts) {
            hung.add(answer);
        } else {
            long delay = ThreadLocalRandom.current().nextInt(partDelayMillis + 1);
            CompletableFuture.delayedExecutor(delay, TimeUnit.MILLISECONDS)
                    .execute(() -> arrive(upload, number, body, crc32c, answer));
        }
        return answer.whenComplete((part, failure) -> {
            partsInFlight.merge(upload.id(), -1, Integer::sum);
            requestsInFlight.decrementAndGet();
            bytesInFlight.addAndGet(-size);
        });
    }

    private void arrive(
            Upload upload, int number, List<ByteBuffer> body, int crc32c, CompletableFuture<StoredPart> answer) {
        if (number == refusePart) {
            answer.completeExceptionally(BackupError.STORE_FAILED
                    .problem("part " + number, "refused by the test")
                    .asException());
            return;
        }
        hidden.remove(number);
        store.uploadPart(upload, number, body, crc32c).whenComplete((part, failure) -> {
            if (failure == null) {
                answer.complete(part);
            } else {
                answer.completeExceptionally(failure);
            }
        });
    }

    @Override
    public CompletionStage<Optional<List<StoredPart>>> listParts(Upload upload) {
        Consumer<Upload> act = beforeListing.getAndSet(null);
        if (act != null) {
            act.accept(upload);
        }
        return store.listParts(upload)
                .thenApply(listed -> listed.map(parts -> parts.stream()
                        .filter(part -> part.number() != loseFromListing && !hidden.contains(part.number()))
                        .toList()));
    }

    @Override
    public CompletionStage<Boolean> abort(Upload upload) {
        return abortsToIgnore.getAndDecrement() > 0 ? CompletableFuture.completedFuture(false) : store.abort(upload);
    }

    @Override
    public CompletionStage<String> region(String bucket) {
        return store.region(bucket);
    }

    @Override
    public CompletionStage<Optional<StoredObject>> head(S3Arn file) {
        return store.head(file);
    }

    @Override
    public CompletionStage<List<StoredObject>> list(String bucket, String prefix, int limit) {
        return store.list(bucket, prefix, limit);
    }

    @Override
    public CompletionStage<Upload> createUpload(S3Arn file, Map<String, String> metadata) {
        return store.createUpload(file, metadata);
    }

    @Override
    public CompletionStage<Completion> complete(Upload upload, List<StoredPart> parts, boolean overwrite) {
        Completion answer = completions.poll();
        return answer == null ? store.complete(upload, parts, overwrite) : CompletableFuture.completedFuture(answer);
    }

    @Override
    public CompletionStage<ByteBuffer> read(StoredObject object, long offset, int length) {
        return store.read(object, offset, length);
    }

    @Override
    public CompletionStage<Boolean> put(S3Arn file, byte[] bytes, Optional<String> replaced) {
        return store.put(file, bytes, replaced);
    }

    @Override
    public void close() {
        store.close();
    }
}
