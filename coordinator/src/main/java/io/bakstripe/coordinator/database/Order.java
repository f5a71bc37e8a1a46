package io.bakstripe.coordinator.database;

import io.bakstripe.protocol.message.RestoreCommand;
import io.bakstripe.protocol.message.SessionCommand;
import io.bakstripe.protocol.message.StripeCommand;
import io.bakstripe.protocol.name.TaskId;

/** What a coordinator asks of others for its task to go on. Every order may be given again. */
sealed interface Order {
    record RequestSlot(TaskId task) implements Order {}

    record ReleaseSlot(TaskId task) implements Order {}

    record Session(SessionCommand.Ensure tick) implements Order {}

    record Stripe(StripeCommand.Ensure tick) implements Order {}

    record Restore(RestoreCommand.Ensure tick) implements Order {}
}
