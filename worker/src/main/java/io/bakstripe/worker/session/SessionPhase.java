package io.bakstripe.worker.session;

import io.bakstripe.protocol.stripe.PlanKind;

/** How far a session has got. {@link SessionTransitions} says what leads from one phase to another. */
enum SessionPhase {
    /** Nothing was begun. */
    FRESH,
    OPENING,
    /** The engine's backup is open, the data plan is cut. */
    OPEN,
    STOPPING,
    /** The engine's backup is stopped, the closing plan is cut, its log is held. */
    STOPPED,
    /** The engine's backup is stopped, but nothing holds its log: a connection that does so again is being made. */
    TAKING_UP,
    /** As {@link #TAKING_UP}, between two tries. */
    UNHELD,
    /** It cannot go on; nothing is held any more. */
    FAILED,
    /** Letting go of the server, and of the log that need not be kept any longer. */
    ENDING,
    /** As {@link #ENDING}, but the server did not answer: it may keep log that nobody needs. */
    UNGIVEN,
    /** Nothing is left on the server. */
    ENDED;

    /** True when a plan that is not there now may come without anyone beginning anew: who asks for it can wait. */
    boolean mayYetHave(PlanKind plan) {
        return switch (this) {
            case FRESH -> true;
            case OPENING -> plan == PlanKind.DATA;
            case STOPPING, TAKING_UP, UNHELD -> plan == PlanKind.CLOSING;
            case OPEN, STOPPED, FAILED, ENDING, UNGIVEN, ENDED -> false;
        };
    }
}
