package io.bakstripe.worker.host;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.instance.ServerConnection;
import io.bakstripe.protocol.message.HostCommand.WrittenStep;
import io.bakstripe.protocol.message.RestoreCommand.RestoreStep.Kind;
import io.bakstripe.protocol.name.AttemptRef;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.Lsn;
import io.bakstripe.protocol.stripe.RolledTo;
import io.bakstripe.worker.host.ServerRecord.State;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Databases that are RESTORING: how steps become part of them. Callers hold the directory's lock.
 *
 * <h2>What holds after a crash</h2>
 *
 * {@code server.json} says how far the database has come, and is written after what it says is on disk. What lies beyond it counts for nothing: log behind the proven
 * end is removed before anything else happens, a directory beside belongs to a step that is not kept. Only a differential changes files of the database itself; that
 * it may have done so is recorded before it can.
 */
final class RestoringServers {
    private static final String STAGING = "pgdata.";

    private final ServerOpening opening;
    private final Postmaster postmaster;
    private final StandbyServers standbys;

    RestoringServers(ServerOpening opening, Postmaster postmaster, StandbyServers standbys) {
        this.opening = opening;
        this.postmaster = postmaster;
        this.standbys = standbys;
    }

    /** Readies a database for another step, and gives the directory that it is to write into. */
    Path prepare(ServerDirectory directory, ServerRecord found, AttemptRef attempt, Kind kind, Optional<Lsn> position)
            throws IOException {
        ServerRecord calm = calm(directory, found);
        Restoring now = restoring(calm);
        if (position.isPresent() && !position.get().equals(now.rolled().end())) {
            throw BackupError.RESTORE_ELSEWHERE
                    .problem(calm.display(), now.rolled().end(), position.get())
                    .asException();
        }
        removeStagings(directory);
        if (kind == Kind.DIFFERENTIAL) {
            calm.restoring(now.touched(attempt.entityId())).write(directory.record());
            new Tablespaces(directory).putBack();
            return directory.data();
        }
        refuseTouched(directory, now);
        Path staging = directory.staging(attempt);
        Files.createDirectory(
                staging, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        return staging;
    }

    /** Makes a restored full backup a database that is RESTORING. */
    RolledTo begin(
            ServerDirectory directory,
            ServerRecord prepared,
            DatabaseName display,
            AttemptRef attempt,
            WrittenStep step)
            throws IOException {
        postmaster.stop(directory);
        LogFindings log = opening.adoptFiles(directory, attempt);
        Rolled rolled = StepFiles.ofBackup(directory, step, log);
        RolledSegments.removeBehind(directory.log(), rolled.layout(), rolled.end());
        prepared.restoring(display.value(), step.start().dbname(), attempt.entityId(), Restoring.begun(rolled))
                .write(directory.record());
        return rolled.told();
    }

    /** Makes a differential or a log part of a database that is RESTORING; nothing happens when it is already. */
    RolledTo keep(ServerDirectory directory, ServerRecord found, AttemptRef attempt, WrittenStep step)
            throws IOException {
        Restoring now = restoring(found);
        if (found.state() == State.RESTORING && found.attempt().equals(attempt.entityId())) {
            return now.rolled().told();
        }
        StepFiles.requireSameHistory(found.display(), now.rolled(), step);
        Rolled further = step.kind() == Kind.LOG
                ? withLog(directory, now, attempt, step)
                : withDifferential(directory, now, attempt, step);
        found.restoring(found.display(), found.dbname(), attempt.entityId(), now.stepped(further))
                .write(directory.record());
        removeStagings(directory);
        RolledSegments.removeBehind(directory.log(), further.layout(), further.end());
        return further.told();
    }

    private Rolled withLog(ServerDirectory directory, Restoring now, AttemptRef attempt, WrittenStep step)
            throws IOException {
        refuseTouched(directory, now);
        return StepFiles.withLog(directory, now.rolled(), directory.staging(attempt), step);
    }

    private Rolled withDifferential(ServerDirectory directory, Restoring now, AttemptRef attempt, WrittenStep step)
            throws IOException {
        if (!now.touchedBy().equals(attempt.entityId())) {
            throw new IOException("attempt " + attempt.entityId() + " has prepared nothing here");
        }
        return StepFiles.ofBackup(directory, step, opening.takeOver(directory));
    }

    /** Goes back to before a step of this attempt that was not kept, or whose keeping nobody has heard of; gives whether the database counts as touched. */
    boolean discard(ServerDirectory directory, ServerRecord found, AttemptRef attempt) throws IOException {
        if (found.state() == State.OPENING) {
            postmaster.stop(directory);
            return !fallBack(directory, found);
        }
        Restoring now = restoring(found);
        Optional<Rolled> before = now.before();
        if (isKept(found, attempt) && before.isPresent()) {
            boolean overwritten = !now.rolled().logs();
            Restoring back =
                    new Restoring(before.get(), overwritten ? attempt.entityId() : "", false, false, Optional.empty());
            found.by("").restoring(back).write(directory.record());
            RolledSegments.removeBehind(
                    directory.log(), back.rolled().layout(), back.rolled().end());
            return overwritten;
        }
        Path staging = directory.staging(attempt);
        if (Files.exists(staging)) {
            Trees.delete(staging);
            RolledSegments.removeBehind(
                    directory.log(), now.rolled().layout(), now.rolled().end());
        }
        return now.touched();
    }

    /** Whether discarding by this attempt removes the database altogether: it made the database, and nobody has heard of that. */
    static boolean isMadeBy(ServerRecord found, AttemptRef attempt) {
        return isKept(found, attempt) && restoring(found).before().isEmpty();
    }

    private static boolean isKept(ServerRecord found, AttemptRef attempt) {
        return found.state() == State.RESTORING
                && found.attempt().equals(attempt.entityId())
                && restoring(found).revocable();
    }

    /** Readies a database for being opened and gives its record, not written yet. */
    ServerRecord beforeOpening(ServerDirectory directory, ServerRecord found) throws IOException {
        ServerRecord calm = calm(directory, found);
        refuseTouched(directory, restoring(calm));
        removeStagings(directory);
        return calm.restoring(restoring(calm).irrevocable());
    }

    /** After a server did not open: RESTORING again unless it was promoted; gives whether it is. */
    boolean fallBack(ServerDirectory directory, ServerRecord opening) throws IOException {
        if (!RecoverySignal.there(directory.data())) {
            return false;
        }
        opening.restoring(restoring(opening)).write(directory.record());
        return true;
    }

    /** Lets a database be read; {@code STANDBY_IMPOSSIBLE} when the server does not allow it. */
    ServerConnection standBy(ServerDirectory directory, ServerRecord found) throws IOException {
        refuseTouched(directory, restoring(found));
        return standbys.run(directory, found);
    }

    /** A database whose server does not run and whose log ends where it is proven. */
    private ServerRecord calm(ServerDirectory directory, ServerRecord found) throws IOException {
        if (found.state() == State.OPENING || restoring(found).standing()) {
            postmaster.stop(directory);
        }
        if (!RecoverySignal.there(directory.data())) {
            throw BackupError.RESTORE_PROMOTED.problem(found.display()).asException();
        }
        return standbys.end(directory, found);
    }

    private static void removeStagings(ServerDirectory directory) throws IOException {
        try (Stream<Path> all = Files.list(directory.root())) {
            for (Path each : all.filter(path -> path.getFileName().toString().startsWith(STAGING))
                    .toList()) {
                Trees.delete(each);
            }
        }
    }

    private static void refuseTouched(ServerDirectory directory, Restoring now) {
        if (now.touched()) {
            throw BackupError.STEP_INTERRUPTED
                    .problem(directory.data(), "of the differential")
                    .asException();
        }
    }

    private static Restoring restoring(ServerRecord found) {
        return found.restoring().orElseThrow();
    }
}
