package io.bakstripe.node.pause;

/**
 * A place in the sequence of records.
 *
 * @param event name with version, for example {@code task-created/1}
 * @param occurrence the how manieth write that holds such an event, from 1, counted from when the pause was set
 */
public record Pause(String event, int occurrence, Moment moment) {

    /** What happens at the place. */
    public enum Moment {
        /** The journal waits and has not written. */
        BEFORE,
        /** The journal has written and waits with the confirmation. */
        AFTER,
        /** The journal does not write and says so: the actor that wanted to record breaks down. It goes on with the next write. */
        REFUSED
    }

    public Pause {
        if (event.isBlank() || occurrence < 1) {
            throw new IllegalArgumentException("a pause needs an event and an occurrence from 1: " + occurrence);
        }
    }

    @Override
    public String toString() {
        return moment.name().toLowerCase(java.util.Locale.ROOT) + " " + event + " #" + occurrence;
    }
}
