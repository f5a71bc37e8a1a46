package io.bakstripe.worker.preflight;

import io.bakstripe.worker.engine.Sources;
import io.bakstripe.worker.restore.SetFinder;
import io.bakstripe.worker.store.ObjectStore;
import java.time.InstantSource;

/**
 * What pre-flight asks.
 *
 * @param store should give up after few attempts, so that its text arrives within {@link PreflightSettings#limit()}
 */
public record PreflightDependencies(
        ObjectStore store, Sources sources, SetFinder finder, PreflightSettings settings, InstantSource clock) {}
