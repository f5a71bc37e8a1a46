package io.bakstripe.worker.key;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.name.KeyArn;
import io.bakstripe.worker.store.RequestScope;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Where there is no key service: every question fails with {@code KEY_SERVICE_FAILED}. */
final class NoKeyService implements KeyService {
    @Override
    public CompletionStage<KeyDescription> describe(KeyArn key) {
        return failed("DescribeKey");
    }

    @Override
    public CompletionStage<NewDataKey> generate(KeyArn key, EncryptionContext context) {
        return failed("GenerateDataKey");
    }

    @Override
    public CompletionStage<DataKey> unwrap(WrappedKey wrapped) {
        return failed("Decrypt");
    }

    @Override
    public CompletionStage<WrappedKey> wrap(DataKey plain, KeyArn key, EncryptionContext context) {
        return failed("Encrypt");
    }

    @Override
    public KeyService within(RequestScope scope) {
        return this;
    }

    private static <T> CompletionStage<T> failed(String action) {
        return CompletableFuture.failedFuture(BackupError.KEY_SERVICE_FAILED
                .problem(action, "this node has no key service")
                .asException());
    }
}
