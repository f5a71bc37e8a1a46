package io.bakstripe.coordinator.peers;

import akka.actor.typed.RecipientRef;
import io.bakstripe.protocol.message.DatabaseCommand;
import io.bakstripe.protocol.message.HostCommand;
import io.bakstripe.protocol.message.InstanceCommand;
import io.bakstripe.protocol.message.PreflightCommand;
import io.bakstripe.protocol.message.RestoreCommand;
import io.bakstripe.protocol.message.SessionCommand;
import io.bakstripe.protocol.message.SnapshotFilesCommand;
import io.bakstripe.protocol.message.StripeCommand;
import io.bakstripe.protocol.name.AttemptRef;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.name.HostName;
import io.bakstripe.protocol.name.InstanceName;
import io.bakstripe.protocol.name.StripeRef;

/** Addresses of everyone a coordinator talks to. Asking for an address never starts anything; a message to it may be lost. */
public interface Peers {
    RecipientRef<InstanceCommand> instance(InstanceName name);

    RecipientRef<DatabaseCommand> database(DatabaseRef ref);

    RecipientRef<SessionCommand> session(AttemptRef attempt);

    RecipientRef<StripeCommand> stripe(StripeRef stripe);

    RecipientRef<RestoreCommand> restore(HostName host, AttemptRef attempt);

    RecipientRef<HostCommand> host(HostName host);

    /** Any worker node. */
    RecipientRef<PreflightCommand> preflight();

    /** Any worker node that reaches the storage of snapshots. */
    RecipientRef<SnapshotFilesCommand> snapshotFiles();
}
