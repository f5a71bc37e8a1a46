package io.bakstripe.coordinator.instance;

import akka.actor.ExtendedActorSystem;
import io.bakstripe.protocol.serialization.NamedEvents;
import java.util.Map;

/** The names of this package's snapshots. */
final class InstanceSnapshots extends NamedEvents {
    private static final int IDENTIFIER = 8_411_003;

    /** Called by Akka. */
    InstanceSnapshots(ExtendedActorSystem system) {
        super(system, IDENTIFIER, Map.of("instance-state/1", InstanceRecord.class));
    }
}
