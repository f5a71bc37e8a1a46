package io.bakstripe.worker.restore;

import akka.actor.typed.RecipientRef;
import io.bakstripe.protocol.message.DatabaseCommand.RestoreReport;
import io.bakstripe.protocol.message.HostCommand;
import io.bakstripe.protocol.message.RestoreCommand.RestoreSpec;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.name.HostName;
import io.bakstripe.worker.budget.ByteBudget;
import io.bakstripe.worker.key.KeyServices;
import io.bakstripe.worker.seal.OpenedFiles;
import io.bakstripe.worker.seal.OpenedFiles.KeyChoice;
import io.bakstripe.worker.store.ObjectReader;
import io.bakstripe.worker.store.StoreAccess;
import io.bakstripe.worker.store.Stores;
import java.time.InstantSource;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * What restore workers need from their node.
 *
 * @param finders looks for sets among files
 * @param keys the key service that opens encrypted files
 * @param executor where they are decrypted
 * @param host reaches the agent of a host
 * @param reports sends a report to the database's coordinator; never blocks
 * @param node the address of this node, as reports name it
 */
public record RestoreDependencies(
        Function<ObjectReader, SetFinder> finders,
        Stores stores,
        KeyServices keys,
        Executor executor,
        ByteBudget budget,
        RestoreSettings settings,
        InstantSource time,
        Function<HostName, RecipientRef<HostCommand>> host,
        BiConsumer<DatabaseRef, RestoreReport> reports,
        String node) {

    /** Where nothing is encrypted. */
    public RestoreDependencies(
            Function<ObjectReader, SetFinder> finders,
            Stores stores,
            ByteBudget budget,
            RestoreSettings settings,
            InstantSource time,
            Function<HostName, RecipientRef<HostCommand>> host,
            BiConsumer<DatabaseRef, RestoreReport> reports,
            String node) {
        this(finders, stores, KeyServices.none(), Runnable::run, budget, settings, time, host, reports, node);
    }

    /** The set's files as they were before they were encrypted, those only that the instance takes: with the rights of the instance that the restore goes to, or that of snapshots. To be closed. */
    OpenedFiles files(RestoreSpec spec) {
        StoreAccess access = StoreAccess.of(spec);
        return new OpenedFiles(
                stores.of(access),
                keys.of(access),
                new KeyChoice.Named(spec.key()),
                executor,
                spec.view().definition().encryption().requiresAuthenticated(spec.storage()));
    }
}
