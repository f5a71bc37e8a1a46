package io.bakstripe.worker.stripe;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.worker.store.ObjectStore;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** A store in memory whose requests finish in any order, and fail or hang when they are told to. */
final class MemoryObjectStore implements ObjectStore {
    final Map<String, byte[]> objects = new ConcurrentHashMap<>();
    final Map<String, Map<String, String>> metadata = new ConcurrentHashMap<>();
    final Map<String, TreeMap<Integer, Held>> uploads = new ConcurrentHashMap<>();
    final Map<String, Map<String, String>> uploadMetadata = new ConcurrentHashMap<>();
    final Map<String, Integer> partsInFlight = new ConcurrentHashMap<>();
    final AtomicInteger mostPartsInFlight = new AtomicInteger();
    final AtomicInteger requestsInFlight = new AtomicInteger();
    final AtomicLong bytesInFlight = new AtomicLong();
    final AtomicLong mostBytesInFlight = new AtomicLong();
    final AtomicInteger completions = new AtomicInteger();
    final AtomicInteger abortsToIgnore = new AtomicInteger();
    private final List<CompletableFuture<StoredPart>> hung = new CopyOnWriteArrayList<>();
    private final AtomicInteger ids = new AtomicInteger();
    volatile @Nullable Problem refuseCreate;
    volatile int refusePart;
    volatile boolean hangParts;
    volatile int loseFromListing;
    volatile @Nullable Problem failCompletionBefore;
    volatile @Nullable Problem failCompletionAfter;
    volatile boolean keepBytes = true;
    volatile int partDelayMillis = 10;

    /** A part; its bytes are empty when they are not kept. */
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    record Held(byte[] bytes, long size, String tag, int crc32c) {}

    private static String tag(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return "\"" + Long.toHexString(crc.getValue()) + "-" + bytes.length + "\"";
    }

    private static <T> CompletionStage<T> refused(Problem problem) {
        return CompletableFuture.failedFuture(problem.asException());
    }

    @Override
    public CompletionStage<String> region(String bucket) {
        return CompletableFuture.completedFuture("us-east-1");
    }

    @Override
    public CompletionStage<Optional<StoredObject>> head(S3Arn file) {
        byte[] bytes = objects.get(file.key());
        return CompletableFuture.completedFuture(Optional.ofNullable(bytes)
                .map(found ->
                        new StoredObject(file, found.length, tag(found), metadata.getOrDefault(file.key(), Map.of()))));
    }

    @Override
    public CompletionStage<List<StoredObject>> list(String bucket, String prefix, int limit) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<Upload> createUpload(S3Arn file, Map<String, String> userMetadata) {
        Problem refusal = refuseCreate;
        if (refusal != null) {
            return refused(refusal);
        }
        String id = "upload-" + ids.incrementAndGet();
        uploads.put(id, new TreeMap<>());
        uploadMetadata.put(id, userMetadata);
        return CompletableFuture.completedFuture(new Upload(file, id));
    }

    @Override
    public CompletionStage<StoredPart> uploadPart(Upload upload, int number, List<ByteBuffer> body, int crc32c) {
        requestsInFlight.incrementAndGet();
        long size = body.stream().mapToLong(ByteBuffer::remaining).sum();
        mostBytesInFlight.accumulateAndGet(bytesInFlight.addAndGet(size), Math::max);
        mostPartsInFlight.accumulateAndGet(partsInFlight.merge(upload.id(), 1, Integer::sum), Math::max);
        CompletableFuture<StoredPart> answer = new CompletableFuture<>();
        if (hangParts) {
            hung.add(answer);
        } else {
            long delay = ThreadLocalRandom.current().nextInt(partDelayMillis + 1);
            CompletableFuture.delayedExecutor(delay, TimeUnit.MILLISECONDS)
                    .execute(() -> store(upload, number, body, crc32c, answer));
        }
        return answer.whenComplete((part, failure) -> {
            partsInFlight.merge(upload.id(), -1, Integer::sum);
            requestsInFlight.decrementAndGet();
            bytesInFlight.addAndGet(-size);
        });
    }

    /** Ends the requests that hang. */
    void failHungParts() {
        hung.forEach(answer -> answer.completeExceptionally(
                BackupError.STORE_UNREACHABLE.problem("timed out").asException()));
    }

    private void store(
            Upload upload, int number, List<ByteBuffer> body, int crc32c, CompletableFuture<StoredPart> answer) {
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        body.forEach(buffer -> {
            byte[] bytes = new byte[buffer.remaining()];
            buffer.duplicate().get(bytes);
            joined.writeBytes(bytes);
        });
        byte[] bytes = joined.toByteArray();
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        TreeMap<Integer, Held> parts = uploads.get(upload.id());
        if (number == refusePart || parts == null || (int) crc.getValue() != crc32c) {
            answer.completeExceptionally(BackupError.STORE_FAILED
                    .problem("part " + number, "refused by the test")
                    .asException());
            return;
        }
        synchronized (parts) {
            parts.put(number, new Held(keepBytes ? bytes : new byte[0], bytes.length, tag(bytes), crc32c));
        }
        answer.complete(new StoredPart(number, bytes.length, tag(bytes), OptionalInt.of(crc32c)));
    }

    @Override
    public CompletionStage<Optional<List<StoredPart>>> listParts(Upload upload) {
        return CompletableFuture.completedFuture(Optional.ofNullable(uploads.get(upload.id()))
                .map(parts -> parts.entrySet().stream()
                        .filter(part -> part.getKey() != loseFromListing)
                        .map(part -> new StoredPart(
                                part.getKey(),
                                part.getValue().size(),
                                part.getValue().tag(),
                                OptionalInt.empty()))
                        .toList()));
    }

    @Override
    public CompletionStage<Completion> complete(Upload upload, List<StoredPart> listed, boolean overwrite) {
        completions.incrementAndGet();
        Problem before = failCompletionBefore;
        if (before != null) {
            return refused(before);
        }
        TreeMap<Integer, Held> parts = uploads.get(upload.id());
        if (parts == null) {
            return CompletableFuture.completedFuture(Completion.UPLOAD_GONE);
        }
        if (!overwrite && objects.containsKey(upload.file().key())) {
            return CompletableFuture.completedFuture(Completion.KEY_TAKEN);
        }
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        for (StoredPart part : listed) {
            Held held = parts.get(part.number());
            boolean last = part.number() == listed.size();
            boolean same = held != null
                    && held.tag().equals(part.etag())
                    && part.crc32c().equals(OptionalInt.of(held.crc32c()));
            if (held == null || !same || (!last && held.size() < 5 << 20)) {
                return refused(BackupError.STORE_FAILED.problem("completion", "part " + part.number() + " is wrong"));
            }
            joined.writeBytes(held.bytes());
        }
        objects.put(upload.file().key(), joined.toByteArray());
        metadata.put(upload.file().key(), uploadMetadata.getOrDefault(upload.id(), Map.of()));
        uploads.remove(upload.id());
        Problem after = failCompletionAfter;
        return after == null ? CompletableFuture.completedFuture(Completion.COMPLETED) : refused(after);
    }

    @Override
    public CompletionStage<Boolean> abort(Upload upload) {
        if (abortsToIgnore.getAndDecrement() > 0) {
            return CompletableFuture.completedFuture(false);
        }
        uploads.remove(upload.id());
        return CompletableFuture.completedFuture(true);
    }

    @Override
    public CompletionStage<ByteBuffer> read(StoredObject object, long offset, int length) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
}
