package io.bakstripe.worker.store.aws;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.instance.BackupOption;
import io.bakstripe.protocol.instance.InstanceDefinition;
import io.bakstripe.protocol.name.InstanceName;
import io.bakstripe.protocol.name.TaskId;
import io.bakstripe.worker.store.StoreAccess;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Function;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;

/**
 * With whose keys the requests of each instance are signed: the node's own where the option names no role, the role's where it does (row S3). A task's
 * requests to all services share one session of the role. Thread-safe.
 */
public final class InstanceRights implements AutoCloseable {
    /** STS takes no longer names of sessions. */
    private static final int LONGEST_NAME = 64;

    /** For tasks that were accepted before the option was removed; calls are refused before they get here. */
    private static final String NO_OPTION =
            "The option that allows the instance to reach the store was removed while the task was under way: declare it again.";

    private final RoleSessions sessions;
    private final Function<InstanceName, Optional<InstanceDefinition>> declared;

    private InstanceRights(RoleSessions sessions, Function<InstanceName, Optional<InstanceDefinition>> declared) {
        this.sessions = sessions;
        this.declared = declared;
    }

    /**
     * Nothing is sent before the first keys of a role are needed.
     *
     * @param caller the node's own credentials, which assume the roles
     * @param declared the instances of this node's configuration
     * @param executor runs what follows an answer
     * @param pause after keys could not be renewed while the old ones are good
     */
    public static InstanceRights create(
            StsSettings settings,
            AwsCredentialsProvider caller,
            Function<InstanceName, Optional<InstanceDefinition>> declared,
            Executor executor,
            InstantSource clock,
            Duration pause) {
        return new InstanceRights(
                new RoleSessions(
                        () -> RoleAssumption.open(settings, caller, executor, clock),
                        clock,
                        settings.renewBefore(),
                        pause),
                declared);
    }

    /** Whose keys sign what is asked for this access to native storage. */
    public Signing of(StoreAccess access) {
        Optional<InstanceDefinition> definition = access.definition().or(() -> declared.apply(access.instance()));
        if (definition.isEmpty()) {
            // No longer declared: what is left to tidy up was made with the node's own rights, unless a role is lost
            // with it.
            return Signing.OWN;
        }
        Optional<BackupOption> option = definition.get().option();
        if (option.isEmpty()) {
            return Signing.refused(BackupError.ACCESS_DENIED.problem(NO_OPTION));
        }
        return option.get()
                .roleArn()
                .<Signing>map(role -> sessions.of(role, sessionName(access)))
                .orElse(Signing.OWN);
    }

    /** For example {@code bakstripe-prod-17}; a long name of an instance loses its end, the number never. */
    public static String sessionName(StoreAccess access) {
        String number = access.task().map(TaskId::value).map(task -> "-" + task).orElse("");
        String name = "bakstripe-" + access.instance();
        return name.substring(0, Math.min(name.length(), LONGEST_NAME - number.length())) + number;
    }

    @Override
    public void close() {
        sessions.close();
    }
}
