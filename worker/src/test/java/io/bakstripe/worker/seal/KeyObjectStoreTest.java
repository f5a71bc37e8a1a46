package io.bakstripe.worker.seal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.name.BackupSetId;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.worker.key.EncryptionContext;
import io.bakstripe.worker.key.LocalKeys;
import io.bakstripe.worker.seal.KeyObject.Entry;
import io.bakstripe.worker.store.MemoryObjectStore;
import io.bakstripe.worker.store.MemoryObjectStore.Call;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Several writers of one key object: each makes its change to what is there, and nobody's entry gets lost. */
class KeyObjectStoreTest {
    private static final S3Arn FILE = S3Arn.parse("arn:aws:s3:::bucket/shop.bak");
    private static final S3Arn OBJECT = S3Arn.parse("arn:aws:s3:::bucket/shop.bak.keys");

    private final MemoryObjectStore store = new MemoryObjectStore().withBucket("bucket", "us-east-1");
    private final KeyObjectStore keys = new KeyObjectStore(store);
    private final LocalKeys service = new LocalKeys();

    private Entry entry() {
        UUID id = UUID.randomUUID();
        BackupSetId set = new BackupSetId(UUID.randomUUID());
        return Entry.of(
                id,
                set,
                1,
                Instant.EPOCH,
                List.of(await(service.generate(LocalKeys.KEY, EncryptionContext.authenticated(set, 1, id)))
                        .wrapped()));
    }

    private static <T> T await(CompletionStage<T> stage) {
        return stage.toCompletableFuture().join();
    }

    private KeyObject stored() {
        return KeyObject.read(OBJECT, ByteBuffer.wrap(store.bytes(OBJECT).orElseThrow()));
    }

    @Test
    void makesTheObjectWhereThereIsNone() {
        Entry first = entry();

        assertThat(await(keys.change(FILE, all -> all.with(first))).files()).containsExactly(first);
        assertThat(stored().files()).containsExactly(first);
        assertThat(await(keys.of(FILE)).files()).containsExactly(first);
    }

    @Test
    void readsNothingAsNoEntries() {
        assertThat(await(keys.of(FILE)).files()).isEmpty();
        assertThat(store.files()).isEmpty();
    }

    @Test
    void writesNothingWhereNothingChanges() {
        await(keys.change(FILE, all -> all.with(entry())));

        await(keys.change(FILE, all -> all));

        assertThat(store.calls(Call.PUT)).isEqualTo(1);
    }

    @Test
    void keepsWhatAnotherWriterPutThereMeanwhile() {
        Entry own = entry();
        Entry theirs = entry();
        AtomicInteger asked = new AtomicInteger();

        await(keys.change(FILE, all -> {
            if (asked.incrementAndGet() == 1) {
                await(new KeyObjectStore(store).change(FILE, others -> others.with(theirs)));
            }
            return all.with(own);
        }));

        assertThat(asked).hasValue(2);
        assertThat(stored().files()).containsExactly(own, theirs);
    }

    @Test
    void givesUpWhenItIsAlwaysOvertaken() {
        Throwable failure = catchThrowable(() -> await(keys.change(FILE, all -> {
            store.put(OBJECT, KeyObject.empty().with(entry()).toBytes(), Map.of());
            return all.with(entry());
        })));

        assertThat(Problem.of(failure).error()).isEqualTo(BackupError.KEY_OBJECT_CONTENDED);
    }

    @Test
    void leavesWhatItCannotRead() {
        for (byte[] foreign : List.of(new byte[0], new byte[] {1, 2}, new byte[KeyObject.MAX_BYTES + 1])) {
            store.put(OBJECT, foreign, Map.of());

            Throwable failure = catchThrowable(() -> await(keys.change(FILE, all -> all.with(entry()))));

            assertThat(Problem.of(failure).error()).isEqualTo(BackupError.KEY_OBJECT_DAMAGED);
            assertThat(store.bytes(OBJECT)).contains(foreign);
        }
    }
}
