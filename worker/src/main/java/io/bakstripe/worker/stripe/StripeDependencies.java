package io.bakstripe.worker.stripe;

import io.bakstripe.protocol.message.DatabaseCommand;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.worker.budget.ByteBudget;
import io.bakstripe.worker.engine.Sources;
import io.bakstripe.worker.format.PartSizing;
import io.bakstripe.worker.key.KeyServices;
import io.bakstripe.worker.spool.Spool;
import io.bakstripe.worker.store.Stores;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;

/**
 * What stripe workers need from their node.
 *
 * @param keys the key service that files are encrypted with
 * @param slices where pages of a plan come from, in production {@link SlicesFetcher#sharded}
 * @param budget the node's, shared with everything else that holds parts
 * @param spool for parts that are too large for memory; without one they stay smaller
 * @param sizing how large parts are to be, in production {@link PartSizing#standard()}
 * @param reports takes a report to the coordinator of a database; must not block
 * @param nanos a clock that goes on evenly, whatever is done to the time of day, in nanoseconds
 * @param random makes what must be new and not to be guessed, such as initialisation vectors
 * @param writer name and version of the program, for the header of each stripe
 */
public record StripeDependencies(
        Stores stores,
        KeyServices keys,
        Sources sources,
        SlicesFetcher slices,
        ByteBudget budget,
        Optional<Spool> spool,
        PartSizing sizing,
        BiConsumer<DatabaseRef, DatabaseCommand> reports,
        InstantSource clock,
        LongSupplier nanos,
        SecureRandom random,
        String writer,
        StripeSettings settings) {

    /** Where nothing is encrypted, with the machine's own monotonic clock and randomness. */
    public StripeDependencies(
            Stores stores,
            Sources sources,
            SlicesFetcher slices,
            ByteBudget budget,
            Optional<Spool> spool,
            PartSizing sizing,
            BiConsumer<DatabaseRef, DatabaseCommand> reports,
            InstantSource clock,
            String writer,
            StripeSettings settings) {
        this(stores, KeyServices.none(), sources, slices, budget, spool, sizing, reports, clock, writer, settings);
    }

    /** With the machine's own monotonic clock and randomness. */
    public StripeDependencies(
            Stores stores,
            KeyServices keys,
            Sources sources,
            SlicesFetcher slices,
            ByteBudget budget,
            Optional<Spool> spool,
            PartSizing sizing,
            BiConsumer<DatabaseRef, DatabaseCommand> reports,
            InstantSource clock,
            String writer,
            StripeSettings settings) {
        this(
                stores,
                keys,
                sources,
                slices,
                budget,
                spool,
                sizing,
                reports,
                clock,
                System::nanoTime,
                new SecureRandom(),
                writer,
                settings);
    }
}
