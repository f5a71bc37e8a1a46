package io.bakstripe.worker.session;

import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import io.bakstripe.protocol.message.DatabaseCommand;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.worker.engine.Sources;
import io.bakstripe.worker.key.KeyServices;
import io.bakstripe.worker.store.Stores;
import java.util.function.BiConsumer;

/**
 * What backup sessions need from their node.
 *
 * @param stores where the bases of differentials lie
 * @param keys the key service that opens them
 * @param reports takes a report to the coordinator of a database; must not block
 */
public record SessionDependencies(
        Sources sources,
        Stores stores,
        KeyServices keys,
        BiConsumer<DatabaseRef, DatabaseCommand> reports,
        SessionSettings settings) {

    /** Where nothing is encrypted. */
    public SessionDependencies(
            Sources sources,
            Stores stores,
            BiConsumer<DatabaseRef, DatabaseCommand> reports,
            SessionSettings settings) {
        this(sources, stores, KeyServices.none(), reports, settings);
    }

    /** Reports sent to the sharded coordinators, without waiting for anything. */
    public static BiConsumer<DatabaseRef, DatabaseCommand> sharded(ClusterSharding sharding) {
        return (database, report) ->
                sharding.entityRefFor(DatabaseCommand.KEY, database.entityId()).tell(report);
    }
}
