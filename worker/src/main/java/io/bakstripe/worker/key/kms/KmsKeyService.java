package io.bakstripe.worker.key.kms;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.name.KeyArn;
import io.bakstripe.worker.key.DataKey;
import io.bakstripe.worker.key.EncryptionContext;
import io.bakstripe.worker.key.KeyDescription;
import io.bakstripe.worker.key.KeyService;
import io.bakstripe.worker.key.NewDataKey;
import io.bakstripe.worker.key.WrappedKey;
import io.bakstripe.worker.store.RequestScope;
import io.bakstripe.worker.store.aws.AwsFailures;
import io.bakstripe.worker.store.aws.Keys;
import io.bakstripe.worker.store.aws.SignedCalls;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kms.KmsAsyncClient;
import software.amazon.awssdk.services.kms.model.DataKeySpec;
import software.amazon.awssdk.services.kms.model.DecryptRequest;
import software.amazon.awssdk.services.kms.model.DescribeKeyRequest;
import software.amazon.awssdk.services.kms.model.EncryptRequest;
import software.amazon.awssdk.services.kms.model.GenerateDataKeyRequest;
import software.amazon.awssdk.services.kms.model.GenerateDataKeyResponse;
import software.amazon.awssdk.services.kms.model.KeyManagerType;
import software.amazon.awssdk.services.kms.model.KeyMetadata;
import software.amazon.awssdk.services.kms.model.KmsRequest;

/** KMS for one instance. All its requests may be sent twice: they change nothing there. */
final class KmsKeyService implements KeyService {
    private final KmsAsyncClient client;
    private final SignedCalls calls;
    private final String region;
    private final String user;
    private final Optional<RequestScope> given;

    private KmsKeyService(
            KmsAsyncClient client, SignedCalls calls, String region, String user, Optional<RequestScope> given) {
        this.client = client;
        this.calls = calls;
        this.region = region;
        this.user = user;
        this.given = given;
    }

    /** @param user whose rights these are, for texts */
    static KmsKeyService of(KmsAsyncClient client, SignedCalls calls, String region, String user) {
        return new KmsKeyService(client, calls, region, user, Optional.empty());
    }

    @Override
    public KeyService within(RequestScope scope) {
        return new KmsKeyService(client, calls, region, user, Optional.of(scope));
    }

    @Override
    public CompletionStage<KeyDescription> describe(KeyArn key) {
        return ask(
                        KmsOperation.DESCRIBE,
                        key,
                        keys -> client.describeKey(signed(DescribeKeyRequest.builder(), keys)
                                .keyId(key.toString())
                                .build()))
                .thenApply(answer -> description(key, answer.keyMetadata()));
    }

    private static KeyDescription description(KeyArn key, KeyMetadata metadata) {
        return new KeyDescription(
                key,
                String.valueOf(metadata.keySpecAsString()),
                String.valueOf(metadata.keyUsageAsString()),
                metadata.keyManager() == KeyManagerType.AWS,
                String.valueOf(metadata.keyStateAsString()));
    }

    @Override
    public CompletionStage<NewDataKey> generate(KeyArn key, EncryptionContext context) {
        return ask(
                        KmsOperation.GENERATE,
                        key,
                        keys -> client.generateDataKey(signed(GenerateDataKeyRequest.builder(), keys)
                                .keyId(key.toString())
                                .keySpec(DataKeySpec.AES_256)
                                .encryptionContext(context.entries())
                                .build()))
                .thenApply(answer -> made(key, context, answer));
    }

    private static NewDataKey made(KeyArn key, EncryptionContext context, GenerateDataKeyResponse answer) {
        return new NewDataKey(
                DataKey.takeOver(answer.plaintext().asByteArrayUnsafe()),
                WrappedKey.of(key, context, answer.ciphertextBlob().asByteArray()));
    }

    @Override
    public CompletionStage<DataKey> unwrap(WrappedKey wrapped) {
        return ask(
                        KmsOperation.UNWRAP,
                        wrapped.key(),
                        keys -> client.decrypt(signed(DecryptRequest.builder(), keys)
                                // Named, so that nobody's wrap makes this program use another key than the caller's.
                                .keyId(wrapped.key().toString())
                                .ciphertextBlob(SdkBytes.fromByteArray(wrapped.bytes()))
                                .encryptionContext(wrapped.context().entries())
                                .build()))
                .thenApply(answer -> {
                    byte[] plain = answer.plaintext().asByteArrayUnsafe();
                    if (plain.length != DataKey.BYTES) {
                        Arrays.fill(plain, (byte) 0);
                        throw BackupError.KEY_WRONG
                                .problem(wrapped.key())
                                .withHint("What was wrapped is no key of 256 bits.")
                                .asException();
                    }
                    return DataKey.takeOver(plain);
                });
    }

    @Override
    public CompletionStage<WrappedKey> wrap(DataKey plain, KeyArn key, EncryptionContext context) {
        byte[] bytes = plain.use(byte[]::clone);
        return ask(
                        KmsOperation.WRAP,
                        key,
                        keys -> client.encrypt(signed(EncryptRequest.builder(), keys)
                                .keyId(key.toString())
                                .plaintext(SdkBytes.fromByteArrayUnsafe(bytes))
                                .encryptionContext(context.entries())
                                .build()))
                .whenComplete((answer, failure) -> Arrays.fill(bytes, (byte) 0))
                .thenApply(answer ->
                        WrappedKey.of(key, context, answer.ciphertextBlob().asByteArray()));
    }

    private <T> CompletionStage<T> ask(
            KmsOperation operation, KeyArn key, Function<Optional<Keys>, CompletableFuture<T>> request) {
        if (!key.region().equals(region)) {
            return CompletableFuture.failedStage(
                    BackupError.KEY_REGION.problem(key, key.region(), region).asException());
        }
        return calls.send(given.orElseGet(calls::ownScope), request, AwsFailures::isTransient)
                .exceptionally(failure -> {
                    throw new CompletionException(KmsFailures.translate(operation, key, user, failure));
                });
    }

    private static <B extends KmsRequest.Builder> B signed(B request, Optional<Keys> keys) {
        keys.ifPresent(some -> request.overrideConfiguration(
                override -> override.credentialsProvider(StaticCredentialsProvider.create(some.credentials()))));
        return request;
    }
}
