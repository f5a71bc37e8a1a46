package io.bakstripe.worker.key.kms;

import akka.actor.typed.ActorSystem;
import io.bakstripe.protocol.instance.BackupOption;
import io.bakstripe.worker.key.KeyService;
import io.bakstripe.worker.key.KeyServices;
import io.bakstripe.worker.store.StoreAccess;
import io.bakstripe.worker.store.aws.AwsClients;
import io.bakstripe.worker.store.aws.InstanceRights;
import io.bakstripe.worker.store.aws.SignedCalls;
import java.util.concurrent.ThreadLocalRandom;
import software.amazon.awssdk.services.kms.KmsAsyncClient;

/** The keys of AWS KMS, or of whatever speaks its protocol, in one region. Thread-safe. */
public final class KmsKeys implements KeyServices, AutoCloseable {
    private static final int CONNECTIONS = 16;

    /** In place of an ARN where none is known. */
    private static final String OF_NODE = "(the credentials of this node)";

    private final KmsAsyncClient client;
    private final KmsSettings settings;
    private final InstanceRights rights;
    private final ActorSystem<?> system;

    private KmsKeys(KmsAsyncClient client, KmsSettings settings, InstanceRights rights, ActorSystem<?> system) {
        this.client = client;
        this.settings = settings;
        this.rights = rights;
        this.system = system;
    }

    /**
     * Opens a client; nothing is sent before the first call.
     *
     * @param rights of the instances; its opener's to close
     * @param system whose scheduler times the retries and whose default dispatcher runs the callbacks
     */
    public static KmsKeys create(KmsSettings settings, InstanceRights rights, ActorSystem<?> system) {
        AwsClients.Reach reach = new AwsClients.Reach(
                settings.endpoint(),
                settings.region(),
                settings.connectTimeout(),
                settings.apiCallTimeout(),
                CONNECTIONS);
        KmsAsyncClient client = AwsClients.open(
                KmsAsyncClient.builder(),
                reach,
                AwsClients.credentials(settings.accessKey(), settings.secretKey()),
                system.executionContext());
        return new KmsKeys(client, settings, rights, system);
    }

    @Override
    public KeyService of(StoreAccess access) {
        SignedCalls calls = new SignedCalls(
                rights.of(access),
                settings.retry(),
                system,
                // Jitter only has to differ between requests; nothing is decided by it.
                () -> ThreadLocalRandom.current().nextDouble());
        String user = access.definition()
                .flatMap(instance -> instance.option())
                .flatMap(BackupOption::roleArn)
                .orElse(OF_NODE);
        return KmsKeyService.of(client, calls, settings.region(), user);
    }

    @Override
    public void close() {
        client.close();
    }
}
