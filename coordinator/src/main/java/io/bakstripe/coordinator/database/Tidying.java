package io.bakstripe.coordinator.database;

import io.bakstripe.coordinator.journal.DatabaseEvent.UploadsForgotten;
import io.bakstripe.protocol.message.DatabaseCommand.StripeReport;
import io.bakstripe.protocol.message.DatabaseCommand.StripeState;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.name.StripeRef;
import java.time.Instant;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Gets rid of uploads that attempts left behind: their workers are told to forget them until each says that the store knows nothing of them.
 *
 * <p>Which stripes have said so lives in memory only: workers keep what they know, and after a restart they are asked again.
 */
final class Tidying {
    /** Final states of a worker, whatever epoch its report carries: either nothing is left, or the upload became an object. */
    private static final Set<StripeState> FINAL = EnumSet.of(StripeState.ABORTED, StripeState.PUBLISHED);

    private final DatabaseRef database;
    private final Set<StripeRef> gone = new HashSet<>();

    Tidying(DatabaseRef database) {
        this.database = database;
    }

    /** After a restart: the record holds, what was reported does not. */
    void forget() {
        gone.clear();
    }

    /** What is to be asked of workers and instance. */
    Stream<Order> orders(DatabaseRecord state) {
        Stream<Order> forgets = state.leftovers().stream()
                .flatMap(left -> stripes(left)
                        .filter(stripe -> !gone.contains(stripe))
                        .map(stripe -> new Order.Forget(stripe, left.epoch(), left.storage())));
        return Stream.concat(forgets, state.tidied().stream().map(Order.Tidied::new));
    }

    /** The event to record when this report was the last one that was waited for. */
    Optional<UploadsForgotten> reported(DatabaseRecord state, StripeReport report, Instant now) {
        Optional<Leftover> leftover = state.leftovers().stream()
                .filter(left -> left.attemptRef(database).equals(report.stripe().attempt()))
                .findFirst();
        if (leftover.isEmpty() || !FINAL.contains(report.state())) {
            return Optional.empty();
        }
        gone.add(report.stripe());
        return leftover.filter(left -> stripes(left).allMatch(gone::contains)).map(left -> {
            stripes(left).forEach(gone::remove);
            return new UploadsForgotten(left.task(), left.attempt(), now);
        });
    }

    private Stream<StripeRef> stripes(Leftover left) {
        return left.stripes().stream().map(left.attemptRef(database)::stripe);
    }
}
