package io.bakstripe.worker.restore;

import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.name.BackupSetId;
import io.bakstripe.protocol.name.S3Arn;
import java.util.List;

/** What a restore worker records; the names in the journal stand in {@link RestoreEvents}. */
public sealed interface RestoreEvent {

    /**
     * The set was found and fits; writing begins, or begins again.
     *
     * @param dbname the database inside the server, which opening it needs
     * @param stripes in order of family
     */
    record SetFound(BackupSetId setId, String dbname, List<StripeFound> stripes) implements RestoreEvent {
        public SetFound {
            stripes = List.copyOf(stripes);
        }

        static SetFound of(FoundSet set) {
            List<StripeFound> stripes = set.stripes().stream()
                    .map(stripe -> new StripeFound(
                            stripe.object().file(),
                            stripe.trailer().parts().stream()
                                    .mapToLong(part -> part.plainBytes())
                                    .sum()))
                    .toList();
            return new SetFound(set.header().setId(), set.header().start().dbname(), stripes);
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

    /** The server accepts connections. */
    record ServerOpened() implements RestoreEvent {}

    /** Nothing of this attempt is left on the host; the worker refuses everything from here on. */
    record AttemptDiscarded() implements RestoreEvent {}

    /** The attempt cannot go on; only discarding is left. */
    record AttemptFailed(Problem problem) implements RestoreEvent {}
}
