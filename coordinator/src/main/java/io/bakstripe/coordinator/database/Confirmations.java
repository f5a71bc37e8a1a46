package io.bakstripe.coordinator.database;

import io.bakstripe.coordinator.journal.DatabaseEvent;
import io.bakstripe.coordinator.journal.DatabaseEvent.SlotReturned;
import io.bakstripe.coordinator.journal.DatabaseEvent.TidyingNoted;
import io.bakstripe.protocol.message.DatabaseCommand;
import io.bakstripe.protocol.message.DatabaseCommand.SlotReleased;
import io.bakstripe.protocol.message.DatabaseCommand.TidyNoted;
import java.time.Instant;
import java.util.Optional;

/** What the instance confirms to have heard from the database, which need not be told again then. */
final class Confirmations {
    private Confirmations() {}

    /** What to record; empty when it was confirmed before. */
    static Optional<DatabaseEvent> of(DatabaseRecord state, DatabaseCommand confirmation, Instant now) {
        if (confirmation instanceof SlotReleased released) {
            return state.unreleased().contains(released.task())
                    ? Optional.of(new SlotReturned(released.task(), now))
                    : Optional.empty();
        } else if (confirmation instanceof TidyNoted noted) {
            return state.untold().contains(noted.task())
                    ? Optional.of(new TidyingNoted(noted.task(), now))
                    : Optional.empty();
        }
        throw new IllegalArgumentException(confirmation + " confirms nothing");
    }
}
