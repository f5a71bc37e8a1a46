package io.bakstripe.coordinator.sequence;

import io.bakstripe.protocol.instance.ChainPosition;
import io.bakstripe.protocol.name.BackupSetId;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.Lsn;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.procedure.Recovery;
import io.bakstripe.protocol.stripe.RolledTo;
import io.bakstripe.protocol.stripe.SetFacts;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * How far a database that is RESTORING has come.
 *
 * @param display its name as the restore of the full backup spelled it
 * @param baseSet the full backup that it was restored from
 * @param systemIdentifier of the server that was backed up, as decimal text
 * @param timeline of that server's log
 * @param recoveryFork of that server, where it is known
 * @param flags of the full backup
 * @param redoLsn the first LSN that it has not got
 * @param lastCommit by the source's clock: the latest moment of anything before {@code redoLsn}; absent where nobody knows
 * @param stoppedAt the point in time that the last step stopped at, if it did
 * @param standby whether it can be read until the next step
 * @param login that restored last
 * @param interrupted a step that was broken off after it had begun to change files
 */
public record RestorePosition(
        DatabaseName display,
        BackupSetId baseSet,
        String systemIdentifier,
        int timeline,
        Optional<String> recoveryFork,
        List<String> flags,
        Lsn redoLsn,
        Optional<Instant> lastCommit,
        Optional<Instant> stoppedAt,
        boolean standby,
        String login,
        Optional<Interrupted> interrupted) {
    /** @param file of the set, for messages */
    public record Interrupted(BackupSetId set, S3Arn file) {}

    public RestorePosition {
        flags = List.copyOf(flags);
    }

    /** The position of a database that was just made of a full backup. */
    public static RestorePosition of(
            DatabaseName display, SetFacts full, RolledTo rolledTo, Recovery recovery, String login) {
        return new RestorePosition(
                display,
                full.setId(),
                full.start().systemIdentifier(),
                full.start().timeline(),
                full.start().recoveryFork(),
                full.flags(),
                rolledTo.position(),
                rolledTo.lastCommit(),
                Optional.empty(),
                recovery == Recovery.STANDBY,
                login,
                Optional.empty());
    }

    /** The position after another step. */
    public RestorePosition after(RolledTo rolledTo, Optional<Instant> stopAt, Recovery recovery, String by) {
        return new RestorePosition(
                display,
                baseSet,
                systemIdentifier,
                timeline,
                recoveryFork,
                flags,
                rolledTo.position(),
                rolledTo.lastCommit(),
                rolledTo.stopped() ? stopAt : Optional.empty(),
                recovery == Recovery.STANDBY,
                by,
                Optional.empty());
    }

    /** The same while a step is under way: a server that stood by was stopped for it. */
    public RestorePosition withoutStandby() {
        return new RestorePosition(
                display,
                baseSet,
                systemIdentifier,
                timeline,
                recoveryFork,
                flags,
                redoLsn,
                lastCommit,
                stoppedAt,
                false,
                login,
                interrupted);
    }

    /** The same after a step with this set was broken off when it had begun to change files. */
    public RestorePosition interruptedBy(BackupSetId set, S3Arn file) {
        return new RestorePosition(
                display,
                baseSet,
                systemIdentifier,
                timeline,
                recoveryFork,
                flags,
                redoLsn,
                lastCommit,
                stoppedAt,
                standby,
                login,
                Optional.of(new Interrupted(set, file)));
    }

    /** As it is shown. */
    public ChainPosition shown() {
        return new ChainPosition(
                baseSet, redoLsn, lastCommit, stoppedAt, recoveryFork, interrupted.map(Interrupted::set));
    }
}
