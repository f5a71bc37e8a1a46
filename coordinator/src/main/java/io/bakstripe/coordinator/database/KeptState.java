package io.bakstripe.coordinator.database;

import io.bakstripe.protocol.instance.KeptDatabase;
import io.bakstripe.protocol.name.HostName;
import java.util.Optional;

/**
 * The database that is kept since another one was put in its place.
 *
 * @param swappingAt the host that was asked to serve it again and has not answered; until it has, nothing else happens to the two
 */
record KeptState(KeptDatabase database, Optional<HostName> swappingAt) {
    KeptState(KeptDatabase database) {
        this(database, Optional.empty());
    }
}
