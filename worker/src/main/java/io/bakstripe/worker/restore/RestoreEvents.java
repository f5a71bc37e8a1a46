package io.bakstripe.worker.restore;

import akka.actor.ExtendedActorSystem;
import io.bakstripe.protocol.serialization.NamedEvents;
import java.util.Map;

/** The names of a restore worker's events in the journal. A name, once released, keeps its shape; a new shape gets the next version. */
public final class RestoreEvents extends NamedEvents {
    private static final int IDENTIFIER = 744_203;

    /** Made by Akka, which reads the class name from {@code reference.conf}. */
    public RestoreEvents(ExtendedActorSystem system) {
        super(
                system,
                IDENTIFIER,
                Map.of(
                        "restore-set-found/1", RestoreEvent.SetFound.class,
                        "restore-part-applied/1", RestoreEvent.PartApplied.class,
                        "restore-files-applied/1", RestoreEvent.FilesApplied.class,
                        "restore-step-kept/1", RestoreEvent.StepKept.class,
                        "restore-server-stands/1", RestoreEvent.ServerStands.class,
                        "restore-server-opened/1", RestoreEvent.ServerOpened.class,
                        "restore-attempt-discarded/1", RestoreEvent.AttemptDiscarded.class,
                        "restore-attempt-failed/1", RestoreEvent.AttemptFailed.class));
    }
}
