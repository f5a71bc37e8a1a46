package io.bakstripe.worker.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.worker.store.MemoryObjectStore.Call;
import java.util.List;
import org.junit.jupiter.api.Test;

class MemoryObjectStoreTest extends ObjectStoreContractTest {
    private final MemoryObjectStore store = new MemoryObjectStore().withBucket("memory", "eu-north-1");

    @Test
    void failsOnceAsWished() throws Exception {
        store.failNext(Call.HEAD, BackupError.STORE_UNREACHABLE.problem("wished"));

        assertThat(refusal(store.head(file("a")))).isEqualTo(BackupError.STORE_UNREACHABLE);
        assertThat(await(store.head(file("a")))).isEmpty();
    }

    @Test
    void repeatsWhatMayPassWithinTheBudgetOfAScope() throws Exception {
        ObjectStore scoped = store.within(RequestScope.ofBudget(2));
        store.failNext(Call.HEAD, BackupError.STORE_UNREACHABLE.problem("wished"));
        store.failNext(Call.HEAD, BackupError.STORE_UNREACHABLE.problem("wished"));

        assertThat(await(scoped.head(file("a")))).isEmpty();

        store.fail(Call.HEAD, BackupError.STORE_UNREACHABLE.problem("for good"));
        assertThat(refusal(scoped.head(file("a")))).isEqualTo(BackupError.STORE_UNREACHABLE);
        assertThat(store.calls(Call.HEAD)).isEqualTo(3 + 2);
    }

    @Test
    void repeatsNoRefusal() {
        store.failNext(Call.HEAD, BackupError.ACCESS_DENIED.problem("wished"));

        assertThat(refusal(store.within(RequestScope.ofBudget(2)).head(file("a"))))
                .isEqualTo(BackupError.ACCESS_DENIED);
    }

    @Override
    protected ObjectStore store() {
        return store;
    }

    @Override
    protected String bucket() {
        return "memory";
    }

    @Override
    protected String bucketRegion() {
        return "eu-north-1";
    }

    @Override
    protected List<String> openUploads() {
        return store.openUploads().stream().map(ObjectStore.Upload::id).toList();
    }
}
