package io.bakstripe.worker.store.aws;

import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The sessions of roles that this node has open: one for each role and name, so that all stripes of a task share their keys. Thread-safe. */
final class RoleSessions implements AutoCloseable {
    /** Sessions that are remembered; one that is forgotten while it is used goes on, and the next one to ask begins another. */
    private static final int MOST = 1000;

    private final Supplier<RoleAssumption> opening;
    private final InstantSource clock;
    private final Duration renewBefore;
    private final Duration pause;
    private final Map<Name, RoleSession> sessions = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Name, RoleSession> eldest) {
            return size() > MOST;
        }
    };
    private @Nullable RoleAssumption assumption;

    private record Name(String roleArn, String session) {}

    /**
     * @param opening makes the client of the token service, when the first role is assumed
     * @param renewBefore as {@link RoleSession} takes it, and {@code pause}
     */
    RoleSessions(Supplier<RoleAssumption> opening, InstantSource clock, Duration renewBefore, Duration pause) {
        this.opening = opening;
        this.clock = clock;
        this.renewBefore = renewBefore;
        this.pause = pause;
    }

    synchronized RoleSession of(String roleArn, String session) {
        return sessions.computeIfAbsent(
                new Name(roleArn, session),
                name -> new RoleSession(
                        roleArn + " for " + session,
                        () -> assumption().assume(roleArn, session),
                        clock,
                        renewBefore,
                        pause));
    }

    private synchronized RoleAssumption assumption() {
        RoleAssumption open = assumption;
        if (open == null) {
            open = opening.get();
            assumption = open;
        }
        return open;
    }

    @Override
    public synchronized void close() {
        RoleAssumption open = assumption;
        if (open != null) {
            open.close();
        }
    }
}
