package io.bakstripe.worker.engine.postgres;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.stripe.BackupBasis;
import io.bakstripe.protocol.stripe.DifferentialBase;
import io.bakstripe.protocol.stripe.LogChain;
import io.bakstripe.protocol.stripe.StartFacts;
import java.util.Optional;

/**
 * Which history a server is on; what a differential or a log goes on from must be of the same. Pure.
 *
 * @param systemIdentifier as decimal text
 * @param recoveryFork where it is known
 */
record Continuity(String systemIdentifier, int timeline, String engineVersion, Optional<String> recoveryFork) {
    private static final String TIMELINE = "SELECT timeline_id FROM pg_control_checkpoint()";

    static Continuity of(PostgresSession session, SourceCheck found, Optional<String> recoveryFork) {
        return new Continuity(
                Long.toUnsignedString(found.systemIdentifier()),
                session.one(TIMELINE, row -> row.getInt(1)),
                Integer.toString(session.version().major()),
                recoveryFork);
    }

    /** Throws {@code NO_DIFFERENTIAL_BASE} or {@code LOG_CHAIN_BROKEN} when the server has another history. */
    void require(DatabaseName display, BackupBasis basis) {
        basis.base().flatMap(this::breach).ifPresent(why -> {
            throw BackupError.NO_DIFFERENTIAL_BASE
                    .problem(display, "The last one was made on another history: " + why + ".")
                    .asException();
        });
        basis.chain().flatMap(this::breach).ifPresent(why -> {
            throw BackupError.LOG_CHAIN_BROKEN.problem(display, why).asException();
        });
    }

    private Optional<String> breach(DifferentialBase base) {
        StartFacts start = base.start();
        if (!start.engineVersion().equals(engineVersion)) {
            return Optional.of("the server runs version " + engineVersion + " now, not " + start.engineVersion());
        }
        return breach(start.systemIdentifier(), start.timeline(), start.recoveryFork());
    }

    private Optional<String> breach(LogChain chain) {
        return breach(chain.systemIdentifier(), chain.timeline(), Optional.of(chain.recoveryFork()));
    }

    private Optional<String> breach(String system, int itsTimeline, Optional<String> fork) {
        if (!system.equals(systemIdentifier)) {
            return Optional.of("the server that answers has system identifier " + systemIdentifier + ", not " + system);
        }
        if (itsTimeline != timeline) {
            return Optional.of("the server is on timeline " + timeline + " now, not on " + itsTimeline);
        }
        return recoveryFork
                .filter(own -> fork.isPresent() && !fork.get().equals(own))
                .map(own -> "the server is on recovery fork " + own + " now, not on " + fork.get());
    }
}
