package io.bakstripe.worker.restore;

import akka.actor.typed.RecipientRef;
import io.bakstripe.protocol.message.DatabaseCommand.RestoreReport;
import io.bakstripe.protocol.message.HostCommand;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.name.HostName;
import io.bakstripe.worker.budget.ByteBudget;
import io.bakstripe.worker.store.ObjectStore;
import java.time.InstantSource;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * What restore workers need from their node.
 *
 * @param host reaches the agent of a host
 * @param reports sends a report to the database's coordinator; never blocks
 * @param node the address of this node, as reports name it
 */
public record RestoreDependencies(
        SetFinder finder,
        ObjectStore store,
        ByteBudget budget,
        RestoreSettings settings,
        InstantSource time,
        Function<HostName, RecipientRef<HostCommand>> host,
        BiConsumer<DatabaseRef, RestoreReport> reports,
        String node) {}
