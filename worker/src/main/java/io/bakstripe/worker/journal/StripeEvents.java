package io.bakstripe.worker.journal;

import akka.actor.ExtendedActorSystem;
import io.bakstripe.protocol.serialization.NamedEvents;
import java.util.Map;

/** Writes stripe events and snapshots. Names are for ever: a changed shape gets a new version beside the old one. */
public final class StripeEvents extends NamedEvents {
    static final Map<String, Class<?>> NAMES = Map.of(
            "stripe-upload-intended/1", StripeEvent.UploadIntended.class,
            "stripe-upload-created/1", StripeEvent.UploadCreated.class,
            "stripe-part-stored/1", StripeEvent.PartStored.class,
            "stripe-data-drained/1", StripeEvent.DataDrained.class,
            "stripe-prepared/1", StripeEvent.Prepared.class,
            "stripe-published/1", StripeEvent.Published.class,
            "stripe-aborted/1", StripeEvent.Aborted.class,
            "stripe-closed/1", StripeEvent.Closed.class,
            "stripe-snapshot/1", StripeSnapshot.class);

    private static final int IDENTIFIER = 731_010;

    /** Called by Akka. */
    public StripeEvents(ExtendedActorSystem system) {
        super(system, IDENTIFIER, NAMES);
    }
}
