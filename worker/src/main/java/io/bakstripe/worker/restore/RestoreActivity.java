package io.bakstripe.worker.restore;

import akka.actor.typed.ActorRef;
import io.bakstripe.protocol.message.DatabaseCommand.RestoreState;
import io.bakstripe.protocol.message.HostCommand;
import io.bakstripe.protocol.message.HostCommand.HostReply;
import io.bakstripe.protocol.message.RestoreCommand.RestoreGoal;
import io.bakstripe.protocol.message.RestoreCommand.RestoreSpec;
import io.bakstripe.protocol.message.RestoreCommand.RestoreStep;
import io.bakstripe.worker.restore.RestoreFacts.Phase;

/** What is under way in one incarnation of a {@link RestoreWorker}. */
enum RestoreActivity {
    NONE,
    APPLYING,
    KEEPING,
    STANDING_BY,
    OPENING,
    DISCARDING;

    /** What leads from {@code phase} towards {@code goal} in a step of this kind. */
    static RestoreActivity wanted(Phase phase, RestoreGoal goal, RestoreStep.Kind kind) {
        boolean finish = kind == RestoreStep.Kind.FINISH;
        return switch (goal) {
            case APPLY -> !finish && (phase == Phase.FRESH || phase == Phase.APPLYING) ? APPLYING : NONE;
            case KEEP -> phase == Phase.APPLIED ? KEEPING : NONE;
            case STAND_BY -> phase == Phase.KEPT ? STANDING_BY : phase == Phase.APPLIED ? KEEPING : NONE;
            case OPEN ->
                phase == Phase.APPLIED || phase == Phase.KEPT || finish && phase == Phase.FRESH ? OPENING : NONE;
            case DISCARD ->
                switch (phase) {
                    case FRESH, APPLYING, APPLIED, FAILED -> DISCARDING;
                    case KEPT, STANDING, OPENED, DISCARDED -> NONE;
                };
        };
    }

    /** Whether this begins now although {@code present} is under way. */
    boolean displaces(RestoreActivity present) {
        return this != NONE && (present == NONE || (this == DISCARDING && present != DISCARDING));
    }

    /** The question of this activity to the host's agent; each of them is safe to repeat. */
    HostCommand question(RestoreSpec spec, RestoreFacts facts, ActorRef<HostReply> replyTo) {
        return switch (this) {
            case KEEPING ->
                new HostCommand.Keep(
                        spec.database(), spec.display(), spec.attempt(), facts.written(spec.step()), replyTo);
            case STANDING_BY -> new HostCommand.StandBy(spec.database(), replyTo);
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

    /** What the database's coordinator is told of a worker in {@code phase} that does this on its way to {@code goal}. */
    RestoreState reported(Phase phase, RestoreGoal goal) {
        return switch (phase) {
            case FRESH -> this == OPENING ? RestoreState.OPENING : RestoreState.STARTING;
            case APPLYING -> RestoreState.APPLYING;
            case APPLIED -> this == OPENING ? RestoreState.OPENING : RestoreState.APPLIED;
            // A step that is to let the database be read has not come to its end before it can.
            case KEPT ->
                this == OPENING
                        ? RestoreState.OPENING
                        : goal == RestoreGoal.STAND_BY ? RestoreState.APPLIED : RestoreState.KEPT;
            case STANDING -> RestoreState.KEPT;
            case OPENED -> RestoreState.OPENED;
            case DISCARDED -> RestoreState.DISCARDED;
            case FAILED -> RestoreState.FAILED;
        };
    }
}
