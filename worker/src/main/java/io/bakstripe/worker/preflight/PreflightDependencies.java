package io.bakstripe.worker.preflight;

import io.bakstripe.worker.engine.Sources;
import io.bakstripe.worker.restore.SetFinder;
import io.bakstripe.worker.store.ObjectStore;
import io.bakstripe.worker.store.Stores;
import java.time.InstantSource;
import java.util.function.Function;

/**
 * What pre-flight asks.
 *
 * @param stores should give up after few attempts, so that their text arrives within {@link PreflightSettings#limit()}
 * @param finder looks for sets in a store
 */
public record PreflightDependencies(
        Stores stores,
        Sources sources,
        Function<ObjectStore, SetFinder> finder,
        PreflightSettings settings,
        InstantSource clock) {}
