package io.bakstripe.protocol.name;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** A task's number on its instance: 1, 2, 3 and so on in the order of registration; numbers of voided registrations stay unused. */
public record TaskId(@JsonValue long value) implements Comparable<TaskId> {

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public TaskId {
        if (value < 1) {
            throw new IllegalArgumentException("task id must be positive: " + value);
        }
    }

    public TaskId next() {
        return new TaskId(value + 1);
    }

    @Override
    public int compareTo(TaskId other) {
        return Long.compare(value, other.value);
    }

    @Override
    public String toString() {
        return Long.toString(value);
    }
}
