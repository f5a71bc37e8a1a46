package io.bakstripe.worker.restore;

import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.instance.KeptDatabase;
import io.bakstripe.protocol.message.HostCommand.WrittenStep;
import io.bakstripe.protocol.message.RestoreCommand.RestoreStep;
import io.bakstripe.protocol.name.BackupSetId;
import io.bakstripe.protocol.stripe.RolledTo;
import io.bakstripe.worker.restore.RestoreEvent.AttemptDiscarded;
import io.bakstripe.worker.restore.RestoreEvent.AttemptFailed;
import io.bakstripe.worker.restore.RestoreEvent.FilesApplied;
import io.bakstripe.worker.restore.RestoreEvent.PartApplied;
import io.bakstripe.worker.restore.RestoreEvent.ServerOpened;
import io.bakstripe.worker.restore.RestoreEvent.ServerStands;
import io.bakstripe.worker.restore.RestoreEvent.SetFound;
import io.bakstripe.worker.restore.RestoreEvent.StepKept;
import io.bakstripe.worker.restore.RestoreEvent.StripeFound;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * What a restore worker knows of its attempt after a restart.
 *
 * @param set that is restored; empty before it is known
 * @param doneBytes per stripe, the most that was ever recorded: a second run does not count back
 * @param kept how far the database has come by this step, once it is part of it
 * @param touched whether discarding has left a database whose files may have been changed
 * @param problem of a failed attempt
 * @param replaced the database in whose place the restored one was put
 */
record RestoreFacts(
        Phase phase,
        Optional<SetFound> set,
        List<Long> doneBytes,
        Optional<RolledTo> kept,
        boolean touched,
        Optional<Problem> problem,
        Optional<KeptDatabase> replaced) {
    static final RestoreFacts FRESH = new RestoreFacts(
            Phase.FRESH, Optional.empty(), List.of(), Optional.empty(), false, Optional.empty(), Optional.empty());

    /** How far an attempt is. */
    enum Phase {
        FRESH,
        APPLYING,
        APPLIED,
        KEPT,
        STANDING,
        OPENED,
        DISCARDED,
        FAILED
    }

    Optional<BackupSetId> setId() {
        return set.map(SetFound::setId);
    }

    /** The database inside the server; empty before the set is known. */
    String dbname() {
        return set.map(SetFound::dbname).orElse("");
    }

    List<StripeFound> stripes() {
        return set.map(SetFound::stripes).orElse(List.of());
    }

    /** What was written, for the host; {@link IllegalStateException} when the set is not known. */
    WrittenStep written(RestoreStep step) {
        SetFound found = set.orElseThrow(() -> new IllegalStateException("nothing was written yet"));
        RestoreEvent.SetSpan span = found.span().orElseThrow(() -> new IllegalStateException("the set has no span"));
        return new WrittenStep(
                step.kind(), found.setId(), span.start(), span.lastLsn(), span.lastCommit(), step.stopAt());
    }

    /** Whether files of a database that is RESTORING may have been changed by what is not kept. */
    boolean touches(RestoreStep step) {
        boolean unkept = phase == Phase.APPLYING || phase == Phase.APPLIED || phase == Phase.FAILED;
        return touched || step.kind() == RestoreStep.Kind.DIFFERENTIAL && unkept && set.isPresent() && kept.isEmpty();
    }

    RestoreFacts setFound(SetFound event) {
        // A second run finds the same set; if it does not, what was done of the other one counts for nothing.
        List<Long> done = event.stripes().equals(stripes())
                ? doneBytes
                : Collections.nCopies(event.stripes().size(), 0L);
        return new RestoreFacts(next(event), Optional.of(event), done, kept, touched, problem, replaced);
    }

    RestoreFacts partApplied(PartApplied event) {
        List<Long> done = new ArrayList<>(doneBytes);
        done.set(event.family() - 1, Math.max(done.get(event.family() - 1), event.doneBytes()));
        return new RestoreFacts(next(event), set, List.copyOf(done), kept, touched, problem, replaced);
    }

    RestoreFacts filesApplied(FilesApplied event) {
        return after(event);
    }

    RestoreFacts stepKept(StepKept event) {
        return new RestoreFacts(next(event), set, doneBytes, Optional.of(event.rolledTo()), touched, problem, replaced);
    }

    RestoreFacts serverStands(ServerStands event) {
        return after(event);
    }

    RestoreFacts serverOpened(ServerOpened event) {
        return new RestoreFacts(next(event), set, doneBytes, kept, touched, problem, event.replaced());
    }

    RestoreFacts discarded(AttemptDiscarded event) {
        return new RestoreFacts(next(event), set, doneBytes, kept, event.touched(), problem, replaced);
    }

    RestoreFacts failed(AttemptFailed event) {
        return new RestoreFacts(next(event), set, doneBytes, kept, touched, Optional.of(event.problem()), replaced);
    }

    private RestoreFacts after(RestoreEvent event) {
        return new RestoreFacts(next(event), set, doneBytes, kept, touched, problem, replaced);
    }

    private Phase next(RestoreEvent event) {
        return RestoreTransitions.next(phase, event);
    }
}
