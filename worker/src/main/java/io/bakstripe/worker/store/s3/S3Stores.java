package io.bakstripe.worker.store.s3;

import akka.actor.typed.ActorSystem;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.instance.BackupOption;
import io.bakstripe.protocol.instance.InstanceDefinition;
import io.bakstripe.protocol.name.InstanceName;
import io.bakstripe.protocol.name.TaskId;
import io.bakstripe.worker.store.ObjectStore;
import io.bakstripe.worker.store.StoreAccess;
import io.bakstripe.worker.store.Stores;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Function;

/**
 * The object store for each instance: as the node itself where the option names no role, as the role where it does. All of them share the connections
 * and the limits of one client. Thread-safe.
 */
public final class S3Stores implements Stores, AutoCloseable {
    /** STS takes no longer names of sessions. */
    private static final int LONGEST_NAME = 64;

    /** For tasks that were accepted before the option was removed; calls are refused before they get here. */
    private static final String NO_OPTION =
            "The option that allows the instance to reach the store was removed while the task was under way: declare it again.";

    private final S3ObjectStore store;
    private final RoleSessions sessions;
    private final Function<InstanceName, Optional<InstanceDefinition>> declared;

    private S3Stores(
            S3ObjectStore store, RoleSessions sessions, Function<InstanceName, Optional<InstanceDefinition>> declared) {
        this.store = store;
        this.sessions = sessions;
        this.declared = declared;
    }

    /**
     * Opens the stores; nothing is sent before the first call.
     *
     * @param declared the instances of this node's configuration
     * @param system as {@link S3ObjectStore#create} takes it
     */
    public static S3Stores create(
            StoreSettings settings,
            StsSettings sts,
            Function<InstanceName, Optional<InstanceDefinition>> declared,
            ActorSystem<?> system,
            InstantSource clock) {
        return new S3Stores(
                S3ObjectStore.create(settings, system),
                new RoleSessions(
                        () -> RoleAssumption.open(
                                sts, S3Clients.credentials(settings), system.executionContext(), clock),
                        clock,
                        sts.renewBefore(),
                        settings.retry().maxBackoff()),
                declared);
    }

    /** The same stores, whose calls without a scope give up after this many attempts. Closing either closes both. */
    public S3Stores withAttempts(int attempts) {
        return new S3Stores(store.withAttempts(attempts), sessions, declared);
    }

    @Override
    public ObjectStore of(StoreAccess access) {
        Optional<InstanceDefinition> definition = access.definition().or(() -> declared.apply(access.instance()));
        if (definition.isEmpty()) {
            // No longer declared: what is left to tidy up was made with the node's own rights, unless a role is lost
            // with it.
            return store;
        }
        Optional<BackupOption> option = definition.get().option();
        if (option.isEmpty()) {
            return store.signedBy(Signing.refused(BackupError.ACCESS_DENIED.problem(NO_OPTION)));
        }
        return option.get()
                .roleArn()
                .map(role -> store.signedBy(sessions.of(role, sessionName(access))))
                .orElse(store);
    }

    /** For example {@code bakstripe-prod-17}; a long name of an instance loses its end, the number never. */
    static String sessionName(StoreAccess access) {
        String number = access.task().map(TaskId::value).map(task -> "-" + task).orElse("");
        String name = "bakstripe-" + access.instance();
        return name.substring(0, Math.min(name.length(), LONGEST_NAME - number.length())) + number;
    }

    @Override
    public void close() {
        store.close();
        sessions.close();
    }
}
