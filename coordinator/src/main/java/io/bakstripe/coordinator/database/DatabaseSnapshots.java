package io.bakstripe.coordinator.database;

import akka.actor.ExtendedActorSystem;
import io.bakstripe.protocol.serialization.NamedEvents;
import java.util.Map;

/** The names of this package's snapshots. */
final class DatabaseSnapshots extends NamedEvents {
    private static final int IDENTIFIER = 8_411_002;

    /** Called by Akka. */
    DatabaseSnapshots(ExtendedActorSystem system) {
        super(system, IDENTIFIER, Map.of("database-state/1", DatabaseRecord.class));
    }
}
