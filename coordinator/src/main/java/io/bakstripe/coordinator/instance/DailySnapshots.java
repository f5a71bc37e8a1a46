package io.bakstripe.coordinator.instance;

import io.bakstripe.protocol.instance.InstanceView;
import io.bakstripe.protocol.name.DatabaseRef;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Which databases are to be asked for their daily snapshot now: each one once in every opening of the backup window, a few at a time (row L10).
 *
 * <p>Which have answered lives in memory only. After a restart all are asked again; what they have recorded keeps them from taking a second one.
 */
final class DailySnapshots {
    /** @param closes when the window closes that is open now */
    record Due(List<DatabaseRef> databases, Instant closes) {}

    private final int atOnce;
    private final Set<DatabaseRef> seen = new HashSet<>();
    private Instant window = Instant.MIN;

    /** @param atOnce how many snapshots of the instance may be under way when another one is asked for; 0 where there is no storage for them */
    DailySnapshots(int atOnce) {
        this.atOnce = atOnce;
    }

    /** Empty outside the window. */
    Optional<Due> due(InstanceRecord state, Instant now) {
        return state.view()
                .filter(view -> atOnce > 0)
                .flatMap(view -> opened(view, now).map(closes -> new Due(ask(state, view), closes)));
    }

    private Optional<Instant> opened(InstanceView view, Instant now) {
        Optional<Instant> closes = view.definition().windows().backup().flatMap(daily -> daily.openUntil(now));
        closes.filter(next -> !next.equals(window)).ifPresent(next -> {
            window = next;
            seen.clear();
        });
        return closes;
    }

    private List<DatabaseRef> ask(InstanceRecord state, InstanceView view) {
        return state.databases().stream()
                .map(name -> DatabaseRef.of(view.name(), name))
                .filter(database -> !seen.contains(database))
                .limit(Math.max(0, atOnce - state.snapshotsOpen()))
                .toList();
    }

    /** The database has recorded what the window means for it. */
    void seen(DatabaseRef database, Instant closes) {
        if (closes.equals(window)) {
            seen.add(database);
        }
    }
}
