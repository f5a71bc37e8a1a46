package io.bakstripe.worker.session;

import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import io.bakstripe.protocol.message.DatabaseCommand;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.worker.engine.Sources;
import io.bakstripe.worker.store.Stores;
import java.util.function.BiConsumer;

/**
 * What backup sessions need from their node.
 *
 * @param stores where the bases of differentials lie
 * @param reports takes a report to the coordinator of a database; must not block
 */
public record SessionDependencies(
        Sources sources, Stores stores, BiConsumer<DatabaseRef, DatabaseCommand> reports, SessionSettings settings) {

    /** Reports sent to the sharded coordinators, without waiting for anything. */
    public static BiConsumer<DatabaseRef, DatabaseCommand> sharded(ClusterSharding sharding) {
        return (database, report) ->
                sharding.entityRefFor(DatabaseCommand.KEY, database.entityId()).tell(report);
    }
}
