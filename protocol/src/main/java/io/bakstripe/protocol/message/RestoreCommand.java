package io.bakstripe.protocol.message;

import akka.cluster.sharding.typed.javadsl.EntityTypeKey;
import io.bakstripe.protocol.instance.InstanceView;
import io.bakstripe.protocol.name.AttemptRef;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.name.HostName;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.serialization.CborSerializable;

/** Commands to a restore worker, which is pinned to the host of the target. The entity id is {@code AttemptRef.entityId()}. */
public sealed interface RestoreCommand extends RestoreMessage, CborSerializable {

    /** The entity type of restore workers on that host. */
    static EntityTypeKey<RestoreCommand> key(HostName host) {
        return EntityTypeKey.create(RestoreCommand.class, "restore-worker-" + host);
    }

    /** The coordinator's tick: be there and move towards {@code goal}. Answered with a {@link DatabaseCommand.RestoreReport}. */
    record Ensure(long epoch, RestoreSpec spec, RestoreGoal goal) implements RestoreCommand {}

    record RestoreSpec(
            AttemptRef attempt,
            DatabaseRef database,
            DatabaseName display,
            InstanceView view,
            HostName host,
            S3Arn from) {}

    enum RestoreGoal {
        /** Find the set, check it and write its files. */
        APPLY,
        /** Start the server, roll forward, open. */
        OPEN,
        /** Remove everything that this attempt wrote; not after the server was opened. */
        DISCARD
    }
}
