package io.bakstripe.worker.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.worker.store.ObjectStore.Completion;
import io.bakstripe.worker.store.ObjectStore.StoredObject;
import io.bakstripe.worker.store.ObjectStore.StoredPart;
import io.bakstripe.worker.store.ObjectStore.Upload;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * What {@link ObjectStore} promises, run against every implementation. After each test nothing may be left that the test did not make: no upload, no
 * part, and every object is whole.
 */
public abstract class ObjectStoreContractTest extends StoreCalls {
    /** The least that S3 takes for a part that is not the last. */
    protected static final int PART = 5 * 1024 * 1024;

    private final Map<S3Arn, byte[]> expected = new HashMap<>();
    private final List<Upload> begun = new ArrayList<>();

    /** The store under test, the same within a test. */
    protected abstract ObjectStore store();

    /** An existing bucket that is empty when a test begins. */
    protected abstract String bucket();

    /** The region of {@link #bucket()}. */
    protected abstract String bucketRegion();

    /** Ids of all uploads in {@link #bucket()} that were neither completed nor aborted, asked without the store under test. */
    protected abstract List<String> openUploads();

    @AfterEach
    void nothingIsLeftOver() throws Exception {
        for (Upload upload : begun) {
            assertThat(await(store().abort(upload))).isTrue();
            assertThat(await(store().listParts(upload))).isEmpty();
        }
        assertThat(openUploads()).isEmpty();
        List<StoredObject> listed = await(store().list(bucket(), "", 1000));
        assertThat(listed).extracting(StoredObject::file).containsExactlyInAnyOrderElementsOf(expected.keySet());
        for (StoredObject object : listed) {
            byte[] bytes = expected.getOrDefault(object.file(), new byte[0]);
            assertThat(object.size()).isEqualTo(bytes.length);
            assertThat(await(store().read(object, 0, bytes.length))).isEqualTo(ByteBuffer.wrap(bytes));
        }
    }

    @Test
    void tellsTheRegionOfABucket() throws Exception {
        assertThat(await(store().region(bucket()))).isEqualTo(bucketRegion());
    }

    @Test
    void refusesABucketThatIsNotThere() {
        assertThat(refusal(store().region("no-such-bucket"))).isEqualTo(BackupError.BUCKET_UNKNOWN);
        assertThat(refusal(store().list("no-such-bucket", "", 10))).isEqualTo(BackupError.BUCKET_UNKNOWN);
        assertThat(refusal(store().createUpload(new S3Arn("no-such-bucket", "a"), Map.of())))
                .isEqualTo(BackupError.BUCKET_UNKNOWN);
    }

    @Test
    void hasNoFactsOfAnObjectThatIsNotThere() throws Exception {
        assertThat(await(store().head(file("absent")))).isEmpty();
    }

    @Test
    void makesAnObjectOfItsParts() throws Exception {
        byte[] first = bytes(PART, 1);
        byte[] last = bytes(1234, 2);
        S3Arn file = file("folder/a b+c*ä.bak");
        Upload upload = begin(file, Map.of("bakstripe-set-id", "7", "bakstripe-stripe", "1"));

        StoredPart one = put(upload, 1, first);
        StoredPart two = put(upload, 2, last);

        assertThat(await(store().head(file))).isEmpty();
        assertThat(one.size()).isEqualTo(PART);
        assertThat(one.crc32c()).hasValue(crc32c(first));
        assertThat(complete(upload, List.of(one, two), false, join(first, last)))
                .isEqualTo(Completion.COMPLETED);
        StoredObject object = await(store().head(file)).orElseThrow();
        assertThat(object.size()).isEqualTo(PART + 1234);
        assertThat(object.metadata()).containsEntry("bakstripe-set-id", "7").containsEntry("bakstripe-stripe", "1");
    }

    @Test
    void putsASmallObjectWhereThereIsNone() throws Exception {
        S3Arn file = file("folder/a b+c.bak.keys");
        byte[] first = bytes(1234, 5);
        assertThat(await(store().put(file, first, Optional.empty()))).isTrue();
        expected.put(file, first);
        assertThat(await(store().put(file, bytes(10, 6), Optional.empty()))).isFalse();
    }

    @Test
    void replacesASmallObjectThatIsStillTheSame() throws Exception {
        S3Arn file = file("shop.bak.keys");
        await(store().put(file, bytes(100, 7), Optional.empty()));
        StoredObject first = await(store().head(file)).orElseThrow();
        byte[] second = bytes(200, 8);

        assertThat(await(store().put(file, second, Optional.of(first.etag())))).isTrue();
        expected.put(file, second);
        assertThat(await(store().put(file, bytes(10, 9), Optional.of(first.etag()))))
                .isFalse();
        assertThat(await(store().put(file("absent.keys"), bytes(10, 9), Optional.of(first.etag()))))
                .isFalse();
    }

    @Test
    void takesPartsInAnyOrderAndInSeveralBuffers() throws Exception {
        byte[] first = bytes(PART, 3);
        byte[] last = bytes(100, 4);
        Upload upload = begin(file("buffers"), Map.of());
        List<ByteBuffer> pieces = List.of(
                ByteBuffer.wrap(first, 0, 1),
                ByteBuffer.wrap(first, 1, 300_000),
                ByteBuffer.wrap(first, 300_001, PART - 300_001));

        StoredPart two = put(upload, 2, last);
        StoredPart one = await(store().uploadPart(upload, 1, pieces, crc32c(first)));

        assertThat(pieces).allSatisfy(piece -> assertThat(piece.hasRemaining()).isTrue());
        assertListed(upload, one, two);
        complete(upload, List.of(one, two), false, join(first, last));
    }

    @Test
    void replacesAPartOfTheSameNumber() throws Exception {
        byte[] before = bytes(500, 5);
        byte[] after = bytes(700, 6);
        Upload upload = begin(file("replaced"), Map.of());

        put(upload, 1, before);
        StoredPart replaced = put(upload, 1, after);

        assertListed(upload, replaced);
        complete(upload, List.of(replaced), false, after);
    }

    @Test
    void refusesAPartWhoseChecksumIsWrong() throws Exception {
        byte[] part = bytes(500, 7);
        Upload upload = begin(file("damaged"), Map.of());

        assertThat(refusal(store().uploadPart(upload, 1, List.of(ByteBuffer.wrap(part)), crc32c(part) + 1)))
                .isEqualTo(BackupError.STORE_FAILED);

        assertThat(await(store().listParts(upload)).orElseThrow()).isEmpty();
    }

    @Test
    void refusesAPartOfAnUploadThatIsGone() throws Exception {
        byte[] part = bytes(500, 7);
        Upload upload = begin(file("gone"), Map.of());
        await(store().abort(upload));

        assertThat(refusal(store().uploadPart(upload, 1, List.of(ByteBuffer.wrap(part)), crc32c(part))))
                .isEqualTo(BackupError.STORE_FAILED);
    }

    @Test
    void refusesToCompleteWithAPartThatWasReplacedLater() throws Exception {
        Upload upload = begin(file("late-request"), Map.of());
        StoredPart recorded = put(upload, 1, bytes(500, 8));
        put(upload, 1, bytes(500, 9));

        assertThat(refusal(store().complete(upload, List.of(recorded), false))).isEqualTo(BackupError.STORE_FAILED);

        assertThat(await(store().head(upload.file()))).isEmpty();
        StoredPart again = put(upload, 1, bytes(500, 8));
        assertThat(again).isEqualTo(recorded);
        complete(upload, List.of(recorded), false, bytes(500, 8));
    }

    @Test
    void doesNotCompleteOverAnObjectThatIsThere() throws Exception {
        byte[] there = bytes(300, 10);
        S3Arn file = file("taken");
        make(file, there);
        Upload upload = begin(file, Map.of());
        StoredPart part = put(upload, 1, bytes(400, 11));

        assertThat(await(store().complete(upload, List.of(part), false))).isEqualTo(Completion.KEY_TAKEN);

        assertListed(upload, part);
    }

    @Test
    void completesOverAnObjectWhenOverwriting() throws Exception {
        S3Arn file = file("overwritten");
        make(file, bytes(300, 12));
        Upload upload = begin(file, Map.of("bakstripe-set-id", "new"));
        byte[] after = bytes(400, 13);
        StoredPart part = put(upload, 1, after);

        assertThat(complete(upload, List.of(part), true, after)).isEqualTo(Completion.COMPLETED);

        assertThat(await(store().head(file)).orElseThrow().metadata()).containsEntry("bakstripe-set-id", "new");
    }

    @Test
    void doesNotKnowAnUploadAnyMoreThatWasAborted() throws Exception {
        Upload upload = begin(file("aborted"), Map.of());
        StoredPart part = put(upload, 1, bytes(400, 14));

        assertThat(await(store().abort(upload))).isTrue();

        assertThat(await(store().abort(upload))).isTrue();
        assertThat(await(store().listParts(upload))).isEmpty();
        assertThat(await(store().complete(upload, List.of(part), false))).isEqualTo(Completion.UPLOAD_GONE);
        assertThat(await(store().head(upload.file()))).isEmpty();
    }

    @Test
    void answersASecondCompletionWithoutHarm() throws Exception {
        byte[] bytes = bytes(400, 15);
        Upload upload = begin(file("twice"), Map.of("bakstripe-set-id", "mine"));
        List<StoredPart> parts = List.of(put(upload, 1, bytes));
        complete(upload, parts, false, bytes);

        assertThat(await(store().complete(upload, parts, false))).isIn((Object[]) Completion.values());

        assertThat(await(store().head(upload.file())).orElseThrow().metadata())
                .containsEntry("bakstripe-set-id", "mine");
    }

    @Test
    void listsByPrefixInOrderUpToTheLimit() throws Exception {
        for (String key : List.of("set/b", "set/a", "set/c", "other/a", "set2")) {
            make(file(key), key.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        }

        assertThat(await(store().list(bucket(), "set/", 10)))
                .extracting(object -> object.file().key())
                .containsExactly("set/a", "set/b", "set/c");
        assertThat(await(store().list(bucket(), "set", 2)))
                .extracting(object -> object.file().key())
                .containsExactly("set/a", "set/b");
        assertThat(await(store().list(bucket(), "nothing", 10))).isEmpty();
        StoredObject listed = await(store().list(bucket(), "other/", 10)).get(0);
        StoredObject head = await(store().head(listed.file())).orElseThrow();
        assertThat(listed.etag()).isEqualTo(head.etag());
    }

    @Test
    void readsRanges() throws Exception {
        byte[] bytes = bytes(10_000, 16);
        S3Arn file = file("ranges");
        make(file, bytes);
        StoredObject object = await(store().head(file)).orElseThrow();

        assertThat(await(store().read(object, 0, 1))).isEqualTo(ByteBuffer.wrap(bytes, 0, 1));
        assertThat(await(store().read(object, 5000, 5000))).isEqualTo(ByteBuffer.wrap(bytes, 5000, 5000));
        assertThat(await(store().read(object, 0, 10_000)).remaining()).isEqualTo(10_000);
        assertThat(await(store().read(object, 77, 0)).remaining()).isZero();
    }

    @Test
    void refusesToReadAnObjectThatWasReplaced() throws Exception {
        S3Arn file = file("replaced-object");
        make(file, bytes(1000, 17));
        StoredObject before = await(store().head(file)).orElseThrow();
        Upload upload = begin(file, Map.of());
        byte[] after = bytes(1000, 18);
        complete(upload, List.of(put(upload, 1, after)), true, after);

        assertThat(refusal(store().read(before, 0, 1000))).isEqualTo(BackupError.FILE_CHANGED);
    }

    @Test
    void refusesToReadAnObjectThatIsGone() {
        StoredObject gone = new StoredObject(file("never-there"), 10, "\"0123456789abcdef0123456789abcdef\"", Map.of());

        assertThat(refusal(store().read(gone, 0, 10))).isEqualTo(BackupError.FILE_CHANGED);
    }

    @Test
    void asksTheScopeBeforeRequestsAndTellsItOfGoodAnswers() throws Exception {
        byte[] bytes = bytes(400, 19);
        AtomicInteger sent = new AtomicInteger();
        AtomicInteger answered = new AtomicInteger();
        ObjectStore scoped = store().within(scope(sent::incrementAndGet, answered::incrementAndGet));

        Upload upload = await(scoped.createUpload(file("scoped"), Map.of()));
        begun.add(upload);
        StoredPart part = await(scoped.uploadPart(upload, 1, List.of(ByteBuffer.wrap(bytes)), crc32c(bytes)));
        await(scoped.listParts(upload));
        assertThat(await(scoped.complete(upload, List.of(part), false))).isEqualTo(Completion.COMPLETED);
        begun.remove(upload);
        expected.put(upload.file(), bytes);
        StoredObject object = await(scoped.head(upload.file())).orElseThrow();
        await(scoped.head(file("absent")));
        await(scoped.read(object, 0, 400));
        await(scoped.list(bucket(), "", 10));

        assertThat(sent).hasValue(8);
        assertThat(answered).hasValue(8);
        await(scoped.region(bucket()));
        assertThat(sent).hasValueGreaterThan(8).hasValue(answered.get());
    }

    @Test
    void sendsNothingThatTheScopeForbids() throws Exception {
        BackupError over = BackupError.STOPPED_BY_NODE;
        ObjectStore scoped = store().within(scope(
                () -> {
                    throw over.problem().asException();
                },
                () -> {}));
        byte[] bytes = bytes(400, 20);
        Upload upload = begin(file("forbidden"), Map.of());
        StoredPart part = put(upload, 1, bytes);

        assertThat(refusal(scoped.createUpload(upload.file(), Map.of()))).isEqualTo(over);
        assertThat(refusal(scoped.uploadPart(upload, 2, List.of(ByteBuffer.wrap(bytes)), crc32c(bytes))))
                .isEqualTo(over);
        assertThat(refusal(scoped.listParts(upload))).isEqualTo(over);
        assertThat(refusal(scoped.complete(upload, List.of(part), false))).isEqualTo(over);
        assertThat(refusal(scoped.abort(upload))).isEqualTo(over);
        assertThat(refusal(scoped.head(upload.file()))).isEqualTo(over);
        assertThat(refusal(scoped.list(bucket(), "", 10))).isEqualTo(over);
        assertThat(refusal(scoped.region(bucket()))).isEqualTo(over);

        assertThat(openUploads()).containsExactly(upload.id());
        assertListed(upload, part);
    }

    private static RequestScope scope(Runnable before, Runnable after) {
        return new RequestScope() {
            @Override
            public void beforeRequest() {
                before.run();
            }

            @Override
            public boolean mayRepeat() {
                return false;
            }

            @Override
            public void answered() {
                after.run();
            }
        };
    }

    protected final S3Arn file(String key) {
        return new S3Arn(bucket(), key);
    }

    private Upload begin(S3Arn file, Map<String, String> metadata) throws Exception {
        Upload upload = await(store().createUpload(file, metadata));
        begun.add(upload);
        assertThat(openUploads()).contains(upload.id());
        return upload;
    }

    private StoredPart put(Upload upload, int number, byte[] bytes) throws Exception {
        return await(store().uploadPart(upload, number, List.of(ByteBuffer.wrap(bytes)), crc32c(bytes)));
    }

    /** The store lists just these; a checksum that it lists is the right one. */
    private void assertListed(Upload upload, StoredPart... parts) throws Exception {
        List<StoredPart> listed = await(store().listParts(upload)).orElseThrow();
        assertThat(listed).hasSameSizeAs(parts);
        for (int i = 0; i < parts.length; i++) {
            StoredPart part = parts[i];
            OptionalInt crc32c = listed.get(i).crc32c().isPresent() ? part.crc32c() : OptionalInt.empty();
            assertThat(listed.get(i)).isEqualTo(new StoredPart(part.number(), part.size(), part.etag(), crc32c));
        }
    }

    private Completion complete(Upload upload, List<StoredPart> parts, boolean overwrite, byte[] whole)
            throws Exception {
        Completion completion = await(store().complete(upload, parts, overwrite));
        assertThat(completion).isEqualTo(Completion.COMPLETED);
        expected.put(upload.file(), whole);
        begun.remove(upload);
        return completion;
    }

    private void make(S3Arn file, byte[] bytes) throws Exception {
        Upload upload = begin(file, Map.of());
        complete(upload, List.of(put(upload, 1, bytes)), false, bytes);
    }
}
