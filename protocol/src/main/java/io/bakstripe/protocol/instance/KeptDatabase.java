package io.bakstripe.protocol.instance;

import java.time.Instant;

/**
 * A database that another one was put in the place of. It is not served; it can be swapped back until it is dropped.
 *
 * @param since when it was put aside, by its host's clock
 * @param fork the history that it belongs to, as {@code recoveryFork} elsewhere
 */
public record KeptDatabase(Instant since, String fork) {}
