package io.bakstripe.worker.store;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.name.S3Arn;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.zip.CRC32C;

/** An object store in memory for tests. Answers at once, on the caller's thread; calls can be made to fail. Thread-safe. */
public final class MemoryObjectStore implements ObjectStore {
    /** The calls that can be made to fail. */
    public enum Call {
        REGION,
        HEAD,
        LIST,
        CREATE,
        UPLOAD,
        LIST_PARTS,
        COMPLETE,
        ABORT,
        READ,
        PUT
    }

    private static final int SMALLEST_PART = 5 << 20;

    private record Stored(byte[] bytes, String etag, Map<String, String> metadata) {}

    /** @param bytes empty when they are not kept */
    private record Part(byte[] bytes, long size, int crc32c, String etag) {
        StoredPart numbered(int number) {
            return new StoredPart(number, size, etag, OptionalInt.of(crc32c));
        }
    }

    private record Open(Upload upload, Map<String, String> metadata, TreeMap<Integer, Part> parts) {}

    private final Map<String, String> regions = new HashMap<>();
    private final TreeMap<String, Stored> objects = new TreeMap<>();
    private final Map<String, Open> uploads = new TreeMap<>();
    private final Map<Call, List<Problem>> failures = new EnumMap<>(Call.class);
    private final Map<Call, Problem> refused = new EnumMap<>(Call.class);
    private final Map<Call, Problem> lost = new EnumMap<>(Call.class);
    private final Map<Call, Integer> calls = new EnumMap<>(Call.class);
    private boolean keepsBytes = true;
    private long maxObjectBytes = ObjectStore.super.maxObjectBytes();
    private final List<String> reads = new ArrayList<>();
    private CompletableFuture<Void> gate = CompletableFuture.completedFuture(null);
    private long heldFrom = Long.MAX_VALUE;
    private long counter;

    /** Makes an empty bucket. */
    public synchronized MemoryObjectStore withBucket(String bucket, String region) {
        regions.put(bucket, region);
        return this;
    }

    /** Puts an object there as a stranger would, over whatever is there. */
    public synchronized void put(S3Arn file, byte[] bytes, Map<String, String> metadata) {
        objects.put(file.toString(), new Stored(bytes.clone(), nextEtag(), Map.copyOf(metadata)));
    }

    /** Removes an object as a stranger would. */
    public synchronized void remove(S3Arn file) {
        objects.remove(file.toString());
    }

    /** The whole object; empty when there is none. */
    public synchronized Optional<byte[]> bytes(S3Arn file) {
        return Optional.ofNullable(objects.get(file.toString()))
                .map(stored -> stored.bytes().clone());
    }

    /** Uploads that were begun and neither completed nor aborted. */
    public synchronized List<Upload> openUploads() {
        return uploads.values().stream().map(Open::upload).toList();
    }

    /** The next call of this kind that no earlier wish of this sort meets fails so, without effect. */
    public synchronized void failNext(Call call, Problem problem) {
        failures.computeIfAbsent(call, any -> new ArrayList<>()).add(problem);
    }

    /** From now on every call of this kind fails so, without effect, until it is healed. */
    public synchronized void fail(Call call, Problem problem) {
        refused.put(call, problem);
    }

    /** From now on every call of this kind takes effect, and then fails so as if its answer were lost, until it is healed. */
    public synchronized void loseAnswers(Call call, Problem problem) {
        lost.put(call, problem);
    }

    /** Ends {@link #fail} and {@link #loseAnswers}. */
    public synchronized void heal(Call call) {
        refused.remove(call);
        lost.remove(call);
    }

    /** How often it was asked for this, answered or not. */
    public synchronized int calls(Call call) {
        return calls.getOrDefault(call, 0);
    }

    /** Keeps nothing of further parts but their sizes and checksums, for tests of more data than there is memory. */
    public synchronized void keepNoBytes() {
        keepsBytes = false;
    }

    /** All objects there are. */
    public synchronized List<S3Arn> files() {
        return objects.keySet().stream().map(S3Arn::parse).toList();
    }

    /** An object's metadata; empty when it has none or is not there. */
    public synchronized Map<String, String> metadata(S3Arn file) {
        Stored stored = objects.get(file.toString());
        return stored == null ? Map.of() : stored.metadata();
    }

    /** The ranges that were asked for, as {@code key@offset+length}, in order. */
    public synchronized List<String> reads() {
        return List.copyOf(reads);
    }

    /** Holds back reads that begin at or after this offset and are not of an object's last bytes, until the returned future is completed. */
    public synchronized CompletableFuture<Void> holdReadsFrom(long offset) {
        heldFrom = offset;
        gate = new CompletableFuture<>();
        return gate;
    }

    /** From now on objects may have this many bytes. */
    public synchronized MemoryObjectStore withMaxObjectBytes(long bytes) {
        maxObjectBytes = bytes;
        return this;
    }

    @Override
    public synchronized long maxObjectBytes() {
        return maxObjectBytes;
    }

    /** Failures that may pass are repeated at once, as long as the scope allows; without a scope they are not. */
    @Override
    public ObjectStore within(RequestScope scope) {
        return new ScopedMemoryStore(this, scope);
    }

    @Override
    public CompletionStage<String> region(String bucket) {
        return answer(Call.REGION, bucket, () -> regions.getOrDefault(bucket, ""));
    }

    @Override
    public CompletionStage<Optional<StoredObject>> head(S3Arn file) {
        // HEAD has no body that could tell a missing bucket from a missing object.
        return regions.containsKey(file.bucket())
                ? answer(
                        Call.HEAD,
                        file.bucket(),
                        () -> Optional.ofNullable(objects.get(file.toString()))
                                .map(stored -> new StoredObject(
                                        file, stored.bytes().length, stored.etag(), stored.metadata())))
                : CompletableFuture.completedFuture(Optional.empty());
    }

    @Override
    public CompletionStage<List<StoredObject>> list(String bucket, String prefix, int limit) {
        return answer(
                Call.LIST,
                bucket,
                () -> objects.entrySet().stream()
                        .map(entry -> Map.entry(S3Arn.parse(entry.getKey()), entry.getValue()))
                        .filter(entry -> entry.getKey().bucket().equals(bucket)
                                && entry.getKey().key().startsWith(prefix))
                        .limit(limit)
                        .map(entry -> new StoredObject(
                                entry.getKey(),
                                entry.getValue().bytes().length,
                                entry.getValue().etag(),
                                Map.of()))
                        .toList());
    }

    @Override
    public CompletionStage<Upload> createUpload(S3Arn file, Map<String, String> metadata) {
        return answer(Call.CREATE, file.bucket(), () -> {
            Upload upload = new Upload(file, "upload-" + ++counter);
            uploads.put(upload.id(), new Open(upload, Map.copyOf(metadata), new TreeMap<>()));
            return upload;
        });
    }

    @Override
    public CompletionStage<StoredPart> uploadPart(Upload upload, int number, List<ByteBuffer> body, int crc32c) {
        return answer(Call.UPLOAD, upload.file().bucket(), () -> {
            byte[] bytes = join(body);
            CRC32C checksum = new CRC32C();
            checksum.update(bytes);
            Open open = uploads.get(upload.id());
            if ((int) checksum.getValue() != crc32c) {
                throw BackupError.STORE_FAILED
                        .problem("UploadPart", "BadDigest")
                        .asException();
            }
            if (open == null) {
                throw BackupError.STORE_FAILED
                        .problem("UploadPart", "NoSuchUpload")
                        .asException();
            }
            String etag = "\"%08x-%d\"".formatted(crc32c, bytes.length);
            Part part = new Part(keepsBytes ? bytes : new byte[0], bytes.length, crc32c, etag);
            open.parts().put(number, part);
            return part.numbered(number);
        });
    }

    private static byte[] join(List<ByteBuffer> body) {
        ByteBuffer all = ByteBuffer.allocate(
                body.stream().mapToInt(ByteBuffer::remaining).sum());
        body.forEach(buffer -> all.put(buffer.duplicate()));
        return all.array();
    }

    @Override
    public CompletionStage<Optional<List<StoredPart>>> listParts(Upload upload) {
        return answer(
                Call.LIST_PARTS,
                upload.file().bucket(),
                () -> Optional.ofNullable(uploads.get(upload.id()))
                        .map(open -> open.parts().entrySet().stream()
                                .map(part -> part.getValue().numbered(part.getKey()))
                                .toList()));
    }

    @Override
    public CompletionStage<Completion> complete(Upload upload, List<StoredPart> parts, boolean overwrite) {
        return answer(Call.COMPLETE, upload.file().bucket(), () -> {
            Open open = uploads.get(upload.id());
            if (open == null) {
                return Completion.UPLOAD_GONE;
            }
            if (!overwrite && objects.containsKey(upload.file().toString())) {
                return Completion.KEY_TAKEN;
            }
            List<ByteBuffer> bodies = parts.stream()
                    .sorted(Comparator.comparingInt(StoredPart::number))
                    .map(part -> ByteBuffer.wrap(recorded(open, part, part.number() == parts.size())))
                    .toList();
            objects.put(upload.file().toString(), new Stored(join(bodies), nextEtag(), open.metadata()));
            uploads.remove(upload.id());
            return Completion.COMPLETED;
        });
    }

    private static byte[] recorded(Open open, StoredPart part, boolean last) {
        Part stored = open.parts().get(part.number());
        if (stored == null
                || !stored.etag().equals(part.etag())
                || !part.crc32c().equals(OptionalInt.of(stored.crc32c()))) {
            throw BackupError.STORE_FAILED
                    .problem("CompleteMultipartUpload", "InvalidPart " + part.number())
                    .asException();
        }
        if (!last && stored.size() < SMALLEST_PART) {
            throw BackupError.STORE_FAILED
                    .problem("CompleteMultipartUpload", "EntityTooSmall " + part.number())
                    .asException();
        }
        return stored.bytes();
    }

    @Override
    public CompletionStage<Boolean> abort(Upload upload) {
        return answer(Call.ABORT, upload.file().bucket(), () -> {
            uploads.remove(upload.id());
            return true;
        });
    }

    @Override
    public synchronized CompletionStage<ByteBuffer> read(StoredObject object, long offset, int length) {
        reads.add(object.file().key() + "@" + offset + "+" + length);
        CompletionStage<ByteBuffer> range = answer(Call.READ, object.file().bucket(), () -> {
            Stored stored = objects.get(object.file().toString());
            if (stored == null || !stored.etag().equals(object.etag())) {
                throw BackupError.FILE_CHANGED.problem(object.file()).asException();
            }
            if (offset + length > stored.bytes().length) {
                throw BackupError.STORE_FAILED
                        .problem("GetObject", "InvalidRange")
                        .asException();
            }
            return ByteBuffer.allocate(length)
                    .put(stored.bytes(), (int) offset, length)
                    .flip();
        });
        boolean held = offset >= heldFrom && offset + length < object.size();
        return held ? gate.thenCompose(open -> range) : range;
    }

    @Override
    public CompletionStage<Boolean> put(S3Arn file, byte[] bytes, Optional<String> replaced) {
        return answer(Call.PUT, file.bucket(), () -> {
            Optional<String> there =
                    Optional.ofNullable(objects.get(file.toString())).map(Stored::etag);
            if (!there.equals(replaced)) {
                return false;
            }
            objects.put(file.toString(), new Stored(bytes.clone(), nextEtag(), Map.of()));
            return true;
        });
    }

    @Override
    public void close() {
        // Nothing is held that would have to be given back.
    }

    private String nextEtag() {
        return "\"" + HexFormat.of().toHexDigits(++counter) + "\"";
    }

    private synchronized <T> CompletionStage<T> answer(Call call, String bucket, Supplier<T> answer) {
        calls.merge(call, 1, Integer::sum);
        Problem refusal = refused.get(call);
        if (refusal != null) {
            return CompletableFuture.failedFuture(refusal.asException());
        }
        List<Problem> wished = failures.getOrDefault(call, List.of());
        if (!wished.isEmpty()) {
            return CompletableFuture.failedFuture(wished.remove(0).asException());
        }
        if (!regions.containsKey(bucket)) {
            return CompletableFuture.failedFuture(
                    BackupError.BUCKET_UNKNOWN.problem(bucket).asException());
        }
        try {
            T answered = answer.get();
            Problem loss = lost.get(call);
            return loss == null
                    ? CompletableFuture.completedFuture(answered)
                    : CompletableFuture.failedFuture(loss.asException());
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }
}
