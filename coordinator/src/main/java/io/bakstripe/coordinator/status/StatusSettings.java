package io.bakstripe.coordinator.status;

import com.typesafe.config.Config;
import java.time.Duration;

/**
 * Settings of the read side; every key is explained in {@code reference.conf}.
 *
 * @param historySlices streams that the history is written by
 * @param historyConnections of one node to the history
 */
public record StatusSettings(
        String role,
        Duration askLimit,
        Duration submitLimit,
        Duration connectionLimit,
        Duration examinationLimit,
        Duration dropLimit,
        int historySlices,
        int historyConnections) {

    public StatusSettings {
        if (historySlices < 1 || historyConnections < 2) {
            throw new IllegalArgumentException("history-slices must be positive, history-connections 2 or more");
        }
    }

    /** Reads {@code bakstripe.coordinator}. */
    public static StatusSettings from(Config coordinator) {
        return new StatusSettings(
                coordinator.getString("role"),
                coordinator.getDuration("ask-limit"),
                coordinator.getDuration("submit-limit"),
                coordinator.getDuration("connection-limit"),
                coordinator.getDuration("examination-limit"),
                // A little more than the coordinator itself waits, so that its answer arrives.
                coordinator.getDuration("drop-limit").plusSeconds(5),
                coordinator.getInt("history-slices"),
                coordinator.getInt("history-connections"));
    }
}
