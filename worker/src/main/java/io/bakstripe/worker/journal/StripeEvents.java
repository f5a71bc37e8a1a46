package io.bakstripe.worker.journal;

import akka.actor.ExtendedActorSystem;
import io.bakstripe.protocol.serialization.NamedEvents;
import java.util.Map;

/** Writes stripe events and snapshots. Names are for ever: a changed shape gets a new version beside the old one. */
public final class StripeEvents extends NamedEvents {
    static final Map<String, Class<?>> NAMES = Map.ofEntries(
            Map.entry("stripe-upload-intended/1", StripeEvent.UploadIntended.class),
            Map.entry("stripe-upload-created/1", StripeEvent.UploadCreated.class),
            Map.entry("stripe-resumed/1", StripeEvent.Resumed.class),
            Map.entry("stripe-part-stored/1", StripeEvent.PartStored.class),
            Map.entry("stripe-part-replaced/1", StripeEvent.PartReplaced.class),
            Map.entry("stripe-data-drained/1", StripeEvent.DataDrained.class),
            Map.entry("stripe-trailer-stored/1", StripeEvent.TrailerStored.class),
            Map.entry("stripe-rewound/1", StripeEvent.Rewound.class),
            Map.entry("stripe-prepared/1", StripeEvent.Prepared.class),
            Map.entry("stripe-published/1", StripeEvent.Published.class),
            Map.entry("stripe-aborted/1", StripeEvent.Aborted.class),
            Map.entry("stripe-closed/1", StripeEvent.Closed.class),
            Map.entry("stripe-snapshot/1", FirstStripeSnapshot.class),
            Map.entry("stripe-snapshot/2", StripeSnapshot.class));

    private static final int IDENTIFIER = 731_010;

    /** Called by Akka. */
    public StripeEvents(ExtendedActorSystem system) {
        super(system, IDENTIFIER, NAMES);
    }
}
