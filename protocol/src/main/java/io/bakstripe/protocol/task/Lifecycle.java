package io.bakstripe.protocol.task;

/** The {@code lifecycle} column (row T6). */
public enum Lifecycle {
    CREATED,
    IN_PROGRESS,
    SUCCESS,
    ERROR,
    CANCEL_REQUESTED,
    CANCELLED;

    /** True when the task will never change again. */
    public boolean ended() {
        return this == SUCCESS || this == ERROR || this == CANCELLED;
    }
}
