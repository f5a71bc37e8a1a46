package io.bakstripe.coordinator.instance;

import io.bakstripe.coordinator.snapshot.SnapshotSettings;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.name.InstanceName;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Which databases are to let go of snapshots now: in every round each one until it has answered, {@value #AT_ONCE} at every probe, so that a few that do not answer hold nobody up. Lives in memory
 * only: the first round begins with the instance's coordinator, so that what was being deleted when its node died goes on.
 */
final class RetentionRounds {
    /** Each one may have to be woken for it. */
    static final int AT_ONCE = 20;

    private final InstanceName name;
    private final SnapshotSettings settings;
    private final Set<DatabaseRef> left = new LinkedHashSet<>();
    private Optional<Instant> begun = Optional.empty();

    RetentionRounds(InstanceName name, SnapshotSettings settings) {
        this.name = name;
        this.settings = settings;
    }

    /** None where no snapshots are deleted. */
    List<DatabaseRef> due(InstanceRecord state, Instant now) {
        if (!settings.deleted()) {
            return List.of();
        }
        // A clock that was set back must not put the next round off.
        boolean over = begun.filter(last -> !now.isBefore(last)
                        && now.isBefore(last.plus(settings.retention().round())))
                .isEmpty();
        if (over && state.view().isPresent()) {
            begun = Optional.of(now);
            state.databases().forEach(database -> left.add(DatabaseRef.of(name, database)));
        }
        List<DatabaseRef> next = left.stream().limit(AT_ONCE).toList();
        // Whoever does not answer is asked again behind the others.
        next.forEach(left::remove);
        left.addAll(next);
        return next;
    }

    /** The database has answered. */
    void seen(DatabaseRef database) {
        left.remove(database);
    }
}
