package io.bakstripe.worker.restore;

import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.name.BackupSetId;
import io.bakstripe.worker.restore.RestoreEvent.AttemptDiscarded;
import io.bakstripe.worker.restore.RestoreEvent.AttemptFailed;
import io.bakstripe.worker.restore.RestoreEvent.FilesApplied;
import io.bakstripe.worker.restore.RestoreEvent.PartApplied;
import io.bakstripe.worker.restore.RestoreEvent.ServerOpened;
import io.bakstripe.worker.restore.RestoreEvent.SetFound;
import io.bakstripe.worker.restore.RestoreEvent.StripeFound;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * What a restore worker knows of its attempt after a restart.
 *
 * @param dbname empty before the set is known
 * @param doneBytes per stripe, the most that was ever recorded: a second run does not count back
 * @param problem of a failed attempt
 */
record RestoreFacts(
        Phase phase,
        Optional<BackupSetId> setId,
        String dbname,
        List<StripeFound> stripes,
        List<Long> doneBytes,
        Optional<Problem> problem) {
    static final RestoreFacts FRESH =
            new RestoreFacts(Phase.FRESH, Optional.empty(), "", List.of(), List.of(), Optional.empty());

    /** How far an attempt is. */
    enum Phase {
        FRESH,
        APPLYING,
        APPLIED,
        OPENED,
        DISCARDED,
        FAILED
    }

    RestoreFacts setFound(SetFound event) {
        // A second run finds the same set; if it does not, what was done of the other one counts for nothing.
        List<Long> done = event.stripes().equals(stripes)
                ? doneBytes
                : Collections.nCopies(event.stripes().size(), 0L);
        return new RestoreFacts(
                next(event), Optional.of(event.setId()), event.dbname(), event.stripes(), done, problem);
    }

    RestoreFacts partApplied(PartApplied event) {
        List<Long> done = new ArrayList<>(doneBytes);
        done.set(event.family() - 1, Math.max(done.get(event.family() - 1), event.doneBytes()));
        return new RestoreFacts(next(event), setId, dbname, stripes, List.copyOf(done), problem);
    }

    RestoreFacts filesApplied(FilesApplied event) {
        return after(event);
    }

    RestoreFacts serverOpened(ServerOpened event) {
        return after(event);
    }

    RestoreFacts discarded(AttemptDiscarded event) {
        return after(event);
    }

    RestoreFacts failed(AttemptFailed event) {
        return new RestoreFacts(next(event), setId, dbname, stripes, doneBytes, Optional.of(event.problem()));
    }

    private RestoreFacts after(RestoreEvent event) {
        return new RestoreFacts(next(event), setId, dbname, stripes, doneBytes, problem);
    }

    private Phase next(RestoreEvent event) {
        return RestoreTransitions.next(phase, event);
    }
}
