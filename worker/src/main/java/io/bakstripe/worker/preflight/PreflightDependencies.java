package io.bakstripe.worker.preflight;

import io.bakstripe.worker.engine.Sources;
import io.bakstripe.worker.restore.SetFinder;
import io.bakstripe.worker.key.KeyServices;
import io.bakstripe.worker.store.ObjectReader;
import io.bakstripe.worker.store.Stores;
import java.time.InstantSource;
import java.util.function.Function;

/**
 * What pre-flight asks.
 *
 * @param stores should give up after few attempts, so that their text arrives within {@link PreflightSettings#limit()}
 * @param keys should give up likewise
 * @param finder looks for sets among files
 */
public record PreflightDependencies(
        Stores stores,
        KeyServices keys,
        Sources sources,
        Function<ObjectReader, SetFinder> finder,
        PreflightSettings settings,
        InstantSource clock) {

    /** Where nothing is encrypted. */
    public PreflightDependencies(
            Stores stores,
            Sources sources,
            Function<ObjectReader, SetFinder> finder,
            PreflightSettings settings,
            InstantSource clock) {
        this(stores, KeyServices.none(), sources, finder, settings, clock);
    }
}
