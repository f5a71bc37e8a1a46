package io.bakstripe.coordinator.sequence;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.instance.Login;
import io.bakstripe.protocol.instance.Role;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.InstanceName;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.name.TaskId;
import io.bakstripe.protocol.procedure.BackupType;
import io.bakstripe.protocol.procedure.FinishRequest;
import io.bakstripe.protocol.procedure.Recovery;
import io.bakstripe.protocol.procedure.RestoreRequest;
import io.bakstripe.protocol.procedure.TaskRequest;
import io.bakstripe.protocol.stripe.LogSpan;
import io.bakstripe.protocol.stripe.RolledTo;
import io.bakstripe.protocol.stripe.SetFacts;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The restore sequence as a state machine: a database is absent, RESTORING at a position, or ONLINE, and each call is allowed or refused by that and by the
 * restore tasks that are still pending (rows L6, L16, R3 to R7, R9, G2 to G5, F1, F2, D1).
 */
public final class RestoreSequence {
    private RestoreSequence() {}

    /**
     * Where a database stands; neither of both means that there is none.
     *
     * @param online its name, when it is open for use
     * @param restoring its position, when it is RESTORING
     */
    public record Standing(Optional<DatabaseName> online, Optional<RestorePosition> restoring) {
        public static final Standing ABSENT = new Standing(Optional.empty(), Optional.empty());
    }

    /**
     * A restore task that has not ended.
     *
     * @param display the name as its call spelled it
     * @param set that it restores, as it was when it was called; absent where nobody looked
     */
    public record PendingStep(TaskId task, DatabaseName display, TaskRequest request, Optional<SetFacts> set) {}

    /**
     * A call for another step.
     *
     * @param login absent when the call was accepted before
     * @param set that the call names; absent as long as nobody looked into its files
     * @param stopAt the moment that the call's {@code stopat} means
     */
    public record Call(
            InstanceName instance,
            TaskRequest request,
            Optional<Login> login,
            Optional<SetFacts> set,
            Optional<Instant> stopAt) {}

    /** Why the call is refused; empty when it may become a task. Whether a database may be replaced is not asked here. */
    public static Optional<Problem> refusal(Standing standing, List<PendingStep> pending, Call call) {
        if (call.request() instanceof FinishRequest) {
            return ofFinish(standing, pending, call);
        }
        RestoreRequest request = (RestoreRequest) call.request();
        Optional<Problem> refusal = request.type() == BackupType.FULL
                ? request.replaces() ? Optional.empty() : ofFull(standing, pending, request)
                : ofStep(standing, pending, request);
        return refusal.or(() -> call.set().flatMap(set -> ofSet(standing, pending, call, request, set)));
    }

    /** Why a call to drop the database is refused; empty when it may go. */
    public static Optional<Problem> dropRefusal(
            Standing standing, List<PendingStep> pending, DatabaseName database, InstanceName instance, Login login) {
        if (standing.online().isPresent()) {
            return Optional.of(
                    BackupError.NOT_RESTORING.problem(standing.online().get(), "ONLINE"));
        }
        return tasksPending(pending, database)
                .or(() -> standing.restoring().isEmpty()
                        ? Optional.of(BackupError.DATABASE_UNKNOWN.problem(database, instance))
                        : standing.restoring().flatMap(position -> otherLogin(position, login)));
    }

    /** A full backup makes a database: there must be none, and none may be about to be. */
    private static Optional<Problem> ofFull(Standing standing, List<PendingStep> pending, RestoreRequest request) {
        Optional<DatabaseName> taken =
                standing.online().or(() -> standing.restoring().map(RestorePosition::display));
        if (taken.isPresent()) {
            return Optional.of(BackupError.DATABASE_EXISTS.problem(taken.get()));
        }
        return pending.stream()
                .filter(step -> opens(step) && step.display().equals(request.database()))
                .findFirst()
                .map(step -> BackupError.RESTORE_PENDING.problem(request.database(), step.task()))
                // Another spelling of a name that is about to exist is a clash of names, not a repetition.
                .or(() ->
                        pending.stream().findFirst().map(step -> BackupError.DATABASE_EXISTS.problem(step.display())));
    }

    private static Optional<Problem> ofStep(Standing standing, List<PendingStep> pending, RestoreRequest request) {
        if (standing.online().isPresent()) {
            return Optional.of(BackupError.NOT_READY_TO_ROLL_FORWARD.problem(
                    standing.online().get()));
        }
        Optional<PendingStep> opening =
                pending.stream().filter(RestoreSequence::opens).findFirst();
        if (opening.isPresent()) {
            return opening.map(step -> BackupError.RESTORE_PENDING.problem(request.database(), step.task()));
        }
        return standing.restoring().isEmpty() && pending.isEmpty()
                ? Optional.of(BackupError.RESTORE_NEEDS_FULL.problem(request.database()))
                : Optional.empty();
    }

    private static Optional<Problem> ofFinish(Standing standing, List<PendingStep> pending, Call call) {
        DatabaseName database = call.request().database();
        if (standing.online().isPresent()) {
            return Optional.of(
                    BackupError.ALREADY_RECOVERED.problem(standing.online().get()));
        }
        return tasksPending(pending, database)
                .or(() -> standing.restoring().isEmpty()
                        ? Optional.of(BackupError.DATABASE_UNKNOWN.problem(database, call.instance()))
                        : standing.restoring()
                                .flatMap(position -> call.login()
                                        .flatMap(login -> otherLogin(position, login))
                                        .or(() -> position.interrupted()
                                                .map(step -> BackupError.STEP_INTERRUPTED.problem(
                                                        step.file(), step.set())))));
    }

    private static Optional<Problem> tasksPending(List<PendingStep> pending, DatabaseName database) {
        String tasks = pending.stream().map(step -> step.task().toString()).collect(Collectors.joining(", "));
        return pending.isEmpty()
                ? Optional.empty()
                : Optional.of(BackupError.RESTORE_TASKS_PENDING.problem(database, tasks));
    }

    private static Optional<Problem> otherLogin(RestorePosition position, Login login) {
        return login.role() == Role.MASTER || login.name().equals(position.login())
                ? Optional.empty()
                : Optional.of(BackupError.NOT_THE_RESTORER.problem(login.name(), position.display(), position.login()));
    }

    private static Optional<Problem> ofSet(
            Standing standing, List<PendingStep> pending, Call call, RestoreRequest request, SetFacts set) {
        Optional<RestorePosition> expected = expected(standing.restoring(), pending);
        return wrongKind(request, set)
                .or(() -> flags(expected, set))
                .or(() -> request.type() == BackupType.FULL
                        ? Optional.empty()
                        : expected.flatMap(position -> ChainRules.refusal(position, set, call.stopAt())));
    }

    private static Optional<Problem> wrongKind(RestoreRequest request, SetFacts set) {
        if (request.type() == set.type()) {
            return Optional.empty();
        }
        boolean differentialAsFull = request.type() == BackupType.FULL && set.type() == BackupType.DIFFERENTIAL;
        if (differentialAsFull) {
            return Optional.of(BackupError.RESTORE_NEEDS_FULL.problem(request.database()));
        }
        String instead = switch (set.type()) {
            case FULL -> "rds_restore_database with type FULL";
            case DIFFERENTIAL -> "rds_restore_database with type DIFFERENTIAL";
            case LOG -> "rds_restore_log";
        };
        Object file = set.files().stream()
                .findFirst()
                .map(S3Arn::toString)
                .orElse(set.setId().toString());
        return Optional.of(BackupError.WRONG_SET_KIND.problem(file, set.type().statement(), instead));
    }

    private static Optional<Problem> flags(Optional<RestorePosition> position, SetFacts set) {
        if (set.flags().contains(SetFacts.FILESTREAM)) {
            return Optional.of(BackupError.FILESTREAM_UNSUPPORTED.problem());
        }
        boolean ofBase = position.filter(at -> at.flags().contains(SetFacts.NULL_FILE_GUID))
                .isPresent();
        boolean refused =
                set.type() != BackupType.FULL && (ofBase || set.flags().contains(SetFacts.NULL_FILE_GUID));
        return refused ? Optional.of(BackupError.NULL_FILE_GUID.problem()) : Optional.empty();
    }

    /** Where the database will stand when all pending steps end well; empty when that cannot be said. */
    private static Optional<RestorePosition> expected(Optional<RestorePosition> now, List<PendingStep> pending) {
        Optional<RestorePosition> position = now;
        for (PendingStep step : pending) {
            Optional<RestorePosition> before = position;
            position = step.set().flatMap(set -> after(before, step, set));
        }
        return position;
    }

    private static Optional<RestorePosition> after(Optional<RestorePosition> before, PendingStep step, SetFacts set) {
        boolean stops = step.request() instanceof RestoreRequest restore
                && restore.stopAt().isPresent();
        if (stops) {
            // How far a log is applied that has a point to stop at shows only when it is read.
            return Optional.empty();
        }
        Optional<Instant> lastCommit =
                set.start().log().map(LogSpan::until).or(() -> set.stop().serverTime());
        RolledTo end = new RolledTo(set.lastLsn(), lastCommit, false);
        return set.type() == BackupType.FULL
                ? Optional.of(RestorePosition.of(step.display(), set, end, Recovery.NORECOVERY, ""))
                : before.map(position -> position.after(end, Optional.empty(), Recovery.NORECOVERY, ""));
    }

    private static boolean opens(PendingStep step) {
        return step.request() instanceof FinishRequest
                || (step.request() instanceof RestoreRequest restore && restore.opens());
    }

    /** The file that stands for a set in messages. */
    public static S3Arn fileOf(SetFacts set) {
        return Objects.requireNonNull(set.files().get(0));
    }
}
