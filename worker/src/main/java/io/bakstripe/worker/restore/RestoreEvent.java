package io.bakstripe.worker.restore;

import com.fasterxml.jackson.annotation.JsonCreator;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.instance.KeptDatabase;
import io.bakstripe.protocol.name.BackupSetId;
import io.bakstripe.protocol.name.Lsn;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.stripe.RolledTo;
import io.bakstripe.protocol.stripe.StartFacts;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a restore worker records; the names in the journal stand in {@link RestoreEvents}. */
public sealed interface RestoreEvent {

    /**
     * The set was found and fits; writing begins, or begins again.
     *
     * @param dbname the database inside the server, which opening it needs
     * @param stripes in order of family
     * @param span what keeping it needs
     */
    record SetFound(BackupSetId setId, String dbname, List<StripeFound> stripes, Optional<SetSpan> span)
            implements RestoreEvent {
        public SetFound {
            stripes = List.copyOf(stripes);
            // Journals of the first release do not have it.
            span = span == null ? Optional.empty() : span;
        }

        static SetFound of(FoundSet set) {
            List<StripeFound> stripes = set.stripes().stream()
                    .map(stripe -> new StripeFound(
                            stripe.object().file(),
                            stripe.trailer().parts().stream()
                                    .mapToLong(part -> part.plainBytes())
                                    .sum()))
                    .toList();
            return new SetFound(
                    set.header().setId(), set.header().start().dbname(), stripes, Optional.of(SetSpan.of(set)));
        }
    }

    /**
     * What a set covers.
     *
     * @param start without the server's databases
     * @param lastLsn the first position behind it
     * @param lastCommit by the source's clock: nothing in a data backup was committed later
     */
    record SetSpan(StartFacts start, Lsn lastLsn, Optional<Instant> lastCommit) {
        static SetSpan of(FoundSet set) {
            StartFacts start = set.header().start();
            return new SetSpan(
                    new StartFacts(
                            start.engine(),
                            start.engineVersion(),
                            start.systemIdentifier(),
                            start.timeline(),
                            start.firstLsn(),
                            start.segmentBytes(),
                            start.timeZone(),
                            start.dbname(),
                            start.recoveryFork(),
                            start.startedAt(),
                            start.log(),
                            Map.of()),
                    set.stop().lastLsn(),
                    set.stop().serverTime());
        }
    }

    /** @param plainBytes of the database in this file */
    record StripeFound(S3Arn file, long plainBytes) {}

    /**
     * All files of a part were synced.
     *
     * @param doneBytes of the database in this part and the parts before it
     */
    record PartApplied(int family, int part, long doneBytes) implements RestoreEvent {}

    /** Everything is durable and matches the manifest. */
    record FilesApplied() implements RestoreEvent {}

    /**
     * The server accepts connections.
     *
     * @param replaced the database in whose place it was put
     */
    record ServerOpened(Optional<KeptDatabase> replaced) implements RestoreEvent {
        public ServerOpened {
            // Journals of the first releases do not have it.
            replaced = replaced == null ? Optional.empty() : replaced;
        }

        /** In the place of none. */
        @JsonCreator(mode = JsonCreator.Mode.DISABLED)
        ServerOpened() {
            this(Optional.empty());
        }
    }

    /** What was written is part of the database, which stays RESTORING. */
    record StepKept(RolledTo rolledTo) implements RestoreEvent {}

    /** The database can be read until the next step. */
    record ServerStands() implements RestoreEvent {}

    /**
     * Nothing of this attempt is left on the host; the worker refuses everything from here on.
     *
     * @param touched whether files of a database that is RESTORING may have been changed by it
     */
    record AttemptDiscarded(boolean touched) implements RestoreEvent {}

    /** The attempt cannot go on; only discarding is left. */
    record AttemptFailed(Problem problem) implements RestoreEvent {}
}
