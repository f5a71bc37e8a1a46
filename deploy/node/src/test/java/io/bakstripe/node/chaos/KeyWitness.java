package io.bakstripe.node.chaos;

import io.bakstripe.node.sandbox.SandboxProcess;
import java.net.URI;
import java.util.Map;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.kms.KmsAsyncClient;

/** The sandbox's key service as its owner uses it: a stock client, which the rules of a script strike as they strike a node. */
final class KeyWitness implements AutoCloseable {
    private final SandboxProcess.Kms kms;
    private final KmsAsyncClient client;

    KeyWitness(SandboxProcess process) {
        this.kms = process.kms();
        SandboxProcess.Store store = process.store();
        this.client = KmsAsyncClient.builder()
                .endpointOverride(URI.create(kms.endpoint()))
                .region(Region.of(store.region()))
                .credentialsProvider(StaticCredentialsProvider.create(
                        AwsBasicCredentials.create(store.accessKey(), store.secretKey())))
                .build();
    }

    /** The key that backups are encrypted with. */
    String key() {
        return kms.keyArn();
    }

    /** Another one, as good. */
    String secondKey() {
        return kms.secondKeyArn();
    }

    String pendingDeletionKey() {
        return kms.pendingDeletionKeyArn();
    }

    void disable() {
        disable(key());
    }

    void disable(String arn) {
        client.disableKey(request -> request.keyId(arn)).join();
    }

    /** Both keys open again what they have wrapped. */
    void enable() {
        client.enableKey(request -> request.keyId(key())).join();
        client.enableKey(request -> request.keyId(secondKey())).join();
    }

    /** Wraps 32 bytes with this key and in this context. */
    byte[] wrap(String arn, byte[] plain, Map<String, String> context) {
        return client.encrypt(request -> request.keyId(arn)
                        .plaintext(SdkBytes.fromByteArray(plain))
                        .encryptionContext(context))
                .join()
                .ciphertextBlob()
                .asByteArray();
    }

    /** What was wrapped in this context. */
    byte[] unwrap(byte[] wrapped, Map<String, String> context) {
        return client.decrypt(request ->
                        request.ciphertextBlob(SdkBytes.fromByteArray(wrapped)).encryptionContext(context))
                .join()
                .plaintext()
                .asByteArray();
    }

    @Override
    public void close() {
        client.close();
    }
}
