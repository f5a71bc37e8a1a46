package io.bakstripe.coordinator.database;

import io.bakstripe.coordinator.peers.Peers;
import io.bakstripe.protocol.message.InstanceCommand;
import io.bakstripe.protocol.message.RequestKey;
import io.bakstripe.protocol.message.RestoreCommand;
import io.bakstripe.protocol.message.SessionCommand;
import io.bakstripe.protocol.message.StripeCommand;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.name.StripeRef;
import io.bakstripe.protocol.name.TaskId;
import io.bakstripe.protocol.stripe.Storage;
import java.util.Optional;

/** What a coordinator asks of others for its task to go on. Every order may be given again. */
sealed interface Order {
    /** Sends it; whether it arrives shows only in the reports that follow. */
    void give(Peers peers, DatabaseRef from);

    record RequestSlot(TaskId task) implements Order {
        @Override
        public void give(Peers peers, DatabaseRef from) {
            peers.instance(from.instance()).tell(new InstanceCommand.RequestSlot(from, task));
        }
    }

    /** @param leftovers whether uploads of the task may still be at the store */
    record ReleaseSlot(TaskId task, boolean leftovers) implements Order {
        @Override
        public void give(Peers peers, DatabaseRef from) {
            peers.instance(from.instance()).tell(new InstanceCommand.ReleaseSlot(from, task, leftovers));
        }
    }

    record Tidied(TaskId task) implements Order {
        @Override
        public void give(Peers peers, DatabaseRef from) {
            peers.instance(from.instance()).tell(new InstanceCommand.Tidied(from, task));
        }
    }

    record RegisterSnapshot(PendingSnapshot wanted) implements Order {
        private Optional<RequestKey> key() {
            return wanted.key().map(key -> new RequestKey(key.key(), key.bodyHash()));
        }

        @Override
        public void give(Peers peers, DatabaseRef from) {
            peers.instance(from.instance())
                    .tell(new InstanceCommand.Register(
                            from, wanted.display(), wanted.id().value(), key(), false, true));
        }
    }

    record Forget(StripeRef stripe, long epoch, Storage storage) implements Order {
        @Override
        public void give(Peers peers, DatabaseRef from) {
            peers.stripe(stripe).tell(new StripeCommand.Forget(epoch, stripe, from, storage));
        }
    }

    record Session(SessionCommand.Ensure tick) implements Order {
        @Override
        public void give(Peers peers, DatabaseRef from) {
            peers.session(tick.spec().attempt()).tell(tick);
        }
    }

    record Stripe(StripeCommand.Ensure tick) implements Order {
        @Override
        public void give(Peers peers, DatabaseRef from) {
            peers.stripe(tick.spec().stripe()).tell(tick);
        }
    }

    record Restore(RestoreCommand.Ensure tick) implements Order {
        @Override
        public void give(Peers peers, DatabaseRef from) {
            peers.restore(tick.spec().host(), tick.spec().attempt()).tell(tick);
        }
    }
}
