package io.bakstripe.worker.restore;

import akka.actor.typed.RecipientRef;
import io.bakstripe.protocol.message.DatabaseCommand.RestoreReport;
import io.bakstripe.protocol.message.HostCommand;
import io.bakstripe.protocol.message.RestoreCommand.RestoreSpec;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.name.HostName;
import io.bakstripe.worker.budget.ByteBudget;
import io.bakstripe.worker.store.ObjectStore;
import io.bakstripe.worker.store.StoreAccess;
import io.bakstripe.worker.store.Stores;
import java.time.InstantSource;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * What restore workers need from their node.
 *
 * @param finders looks for sets in a store
 * @param host reaches the agent of a host
 * @param reports sends a report to the database's coordinator; never blocks
 * @param node the address of this node, as reports name it
 */
public record RestoreDependencies(
        Function<ObjectStore, SetFinder> finders,
        Stores stores,
        ByteBudget budget,
        RestoreSettings settings,
        InstantSource time,
        Function<HostName, RecipientRef<HostCommand>> host,
        BiConsumer<DatabaseRef, RestoreReport> reports,
        String node) {

    /** The store of the set's files: with the rights of the instance that the restore goes to, or that of snapshots. */
    ObjectStore store(RestoreSpec spec) {
        return stores.of(StoreAccess.of(spec));
    }

    SetFinder finder(RestoreSpec spec) {
        return finders.apply(store(spec));
    }
}
