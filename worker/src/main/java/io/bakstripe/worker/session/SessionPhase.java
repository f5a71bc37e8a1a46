package io.bakstripe.worker.session;

import io.bakstripe.protocol.message.SessionCommand.SessionGoal;

/** How far a session has got, and what a tick means in each phase. */
enum SessionPhase {
    /** Nothing was begun. */
    FRESH,
    OPENING,
    /** The engine's backup is open, the data plan is cut. */
    OPEN,
    STOPPING,
    /** The engine's backup is stopped, the closing plan is cut, its log is held. */
    STOPPED,
    /** It cannot go on; nothing is held any more. */
    FAILED,
    /** Letting go of the server. */
    ENDING,
    /** Nothing is left on the server. */
    ENDED;

    /** What is to be done about a tick. */
    enum Step {
        /** Nothing: something is under way and will report by itself. */
        WAIT,
        /** Repeat the report of this phase. */
        REPORT,
        OPEN,
        STOP_ENGINE,
        END,
        /** An earlier session of this attempt was lost: say so. */
        LOST
    }

    /**
     * @param goal what the coordinator wants
     * @param opened the coordinator knows of an opened session of this attempt
     */
    Step step(SessionGoal goal, boolean opened) {
        if (goal == SessionGoal.END) {
            return switch (this) {
                case ENDING -> Step.WAIT;
                case ENDED -> Step.REPORT;
                default -> Step.END;
            };
        }
        return switch (this) {
            case FRESH -> opened || goal == SessionGoal.STOP_ENGINE ? Step.LOST : Step.OPEN;
            case OPENING, STOPPING, ENDING -> Step.WAIT;
            case OPEN -> goal == SessionGoal.STOP_ENGINE ? Step.STOP_ENGINE : Step.REPORT;
            case STOPPED, FAILED, ENDED -> Step.REPORT;
        };
    }
}
