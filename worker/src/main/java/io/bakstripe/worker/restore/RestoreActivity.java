package io.bakstripe.worker.restore;

import akka.actor.typed.ActorRef;
import io.bakstripe.protocol.message.DatabaseCommand.RestoreState;
import io.bakstripe.protocol.message.HostCommand;
import io.bakstripe.protocol.message.HostCommand.HostReply;
import io.bakstripe.protocol.message.RestoreCommand.RestoreGoal;
import io.bakstripe.protocol.message.RestoreCommand.RestoreSpec;
import io.bakstripe.worker.restore.RestoreFacts.Phase;

/** What is under way in one incarnation of a {@link RestoreWorker}. */
enum RestoreActivity {
    NONE,
    APPLYING,
    OPENING,
    DISCARDING;

    /** What leads from {@code phase} towards {@code goal}. */
    static RestoreActivity wanted(Phase phase, RestoreGoal goal) {
        boolean unapplied = phase == Phase.FRESH || phase == Phase.APPLYING;
        return switch (goal) {
            case APPLY -> unapplied ? APPLYING : NONE;
            case KEEP, STAND_BY -> NONE;
            case OPEN -> phase == Phase.APPLIED ? OPENING : NONE;
            case DISCARD -> phase == Phase.OPENED || phase == Phase.DISCARDED ? NONE : DISCARDING;
        };
    }

    /** Whether this begins now although {@code present} is under way. */
    boolean displaces(RestoreActivity present) {
        return this != NONE && (present == NONE || (this == DISCARDING && present != DISCARDING));
    }

    /** The question of this activity to the host's agent; each of them is safe to repeat. */
    HostCommand question(RestoreSpec spec, RestoreFacts facts, ActorRef<HostReply> replyTo) {
        return switch (this) {
            case OPENING ->
                new HostCommand.Open(spec.database(), spec.display(), spec.attempt(), facts.dbname(), replyTo);
            case DISCARDING -> new HostCommand.Discard(spec.database(), spec.attempt(), replyTo);
            case APPLYING, NONE ->
                new HostCommand.Prepare(
                        spec.database(),
                        spec.attempt(),
                        spec.step().kind(),
                        spec.step().position(),
                        replyTo);
        };
    }

    /** What the database's coordinator is told of a worker in {@code phase} that does this. */
    RestoreState reported(Phase phase) {
        return switch (phase) {
            case FRESH -> RestoreState.STARTING;
            case APPLYING -> RestoreState.APPLYING;
            case APPLIED -> this == OPENING ? RestoreState.OPENING : RestoreState.APPLIED;
            case OPENED -> RestoreState.OPENED;
            case DISCARDED -> RestoreState.DISCARDED;
            case FAILED -> RestoreState.FAILED;
        };
    }
}
