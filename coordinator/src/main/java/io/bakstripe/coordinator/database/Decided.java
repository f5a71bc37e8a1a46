package io.bakstripe.coordinator.database;

import io.bakstripe.coordinator.journal.DatabaseEvent;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What is to be recorded, and done once it is. Nothing is done where there is nothing to record: whoever waits has been answered then.
 *
 * @param then is given the state that follows
 */
record Decided(List<DatabaseEvent> events, Consumer<DatabaseRecord> then) {
    Decided {
        events = List.copyOf(events);
    }

    static Decided of(Optional<? extends DatabaseEvent> event, Consumer<DatabaseRecord> then) {
        return new Decided(event.<List<DatabaseEvent>>map(List::of).orElse(List.of()), then);
    }

    static Decided of(Optional<? extends DatabaseEvent> event) {
        return of(event, next -> {});
    }
}
