package io.bakstripe.coordinator.database;

import akka.actor.NoSerializationVerificationNeeded;
import akka.actor.typed.ActorRef;
import akka.actor.typed.javadsl.ActorContext;
import io.bakstripe.coordinator.peers.Peers;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.instance.InstanceView;
import io.bakstripe.protocol.instance.Login;
import io.bakstripe.protocol.message.DatabaseMessage;
import io.bakstripe.protocol.message.PreflightCommand;
import io.bakstripe.protocol.message.PreflightCommand.PreflightReply;
import io.bakstripe.protocol.name.AttemptRef;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.name.TaskId;
import io.bakstripe.protocol.procedure.BackupRequest;
import io.bakstripe.protocol.procedure.FinishRequest;
import io.bakstripe.protocol.procedure.RestoreRequest;
import io.bakstripe.protocol.procedure.TaskRequest;
import io.bakstripe.protocol.stripe.SetFacts;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Stream;

/** The questions to pre-flight; each is answered with one private message, after the limit with a time-out. */
final class Preflights {
    /** @param set that a restore names, when it passed */
    record SubmissionChecked(UUID submission, Optional<Problem> refusal, Optional<SetFacts> set)
            implements DatabaseMessage, NoSerializationVerificationNeeded {}

    /**
     * @param warnings lines for {@code task_info}: of the files, when it passed, and of what was dropped for it, even when it did not
     * @param set that a restore names, when it passed
     */
    record StartChecked(TaskId task, Optional<Problem> refusal, List<String> warnings, Optional<SetFacts> set)
            implements DatabaseMessage, NoSerializationVerificationNeeded {}

    /**
     * The restore of a snapshot may go on as far as its files go; it concerns all databases of its target.
     *
     * @param answer what this coordinator is told when they have been asked
     */
    record FilesPassed(PartialRestores.Question question, Function<PartialRestores.Outcome, DatabaseMessage> answer)
            implements DatabaseMessage, NoSerializationVerificationNeeded {}

    record TargetsChecked(AttemptRef attempt, Optional<Problem> refusal)
            implements DatabaseMessage, NoSerializationVerificationNeeded {}

    private static final PreflightReply SILENCE =
            new PreflightReply.Refused(BackupError.CLUSTER_TIMEOUT.problem("pre-flight"));

    private final ActorContext<DatabaseMessage> context;
    private final DatabaseRef database;
    private final DatabaseSettings settings;
    private final Peers peers;

    Preflights(ActorContext<DatabaseMessage> context, DatabaseRef database, DatabaseSettings settings, Peers peers) {
        this.context = context;
        this.database = database;
        this.settings = settings;
        this.peers = peers;
    }

    void askForSubmission(DatabaseRecord state, UUID submission, InstanceView view, TaskRequest request, Login login) {
        if (request instanceof FinishRequest) {
            // It needs nobody but the host, which is asked when the task begins.
            context.getSelf().tell(new SubmissionChecked(submission, Optional.empty(), Optional.empty()));
            return;
        }
        ask(
                replyTo -> question(state, view, request, replyTo),
                reply -> checked(submission, view, request, login, reply));
    }

    private DatabaseMessage checked(
            UUID submission, InstanceView view, TaskRequest request, Login login, PreflightReply reply) {
        SubmissionChecked checked = new SubmissionChecked(submission, refusal(reply), set(reply));
        boolean snapshot =
                request instanceof RestoreRequest restore && restore.snapshot().isPresent();
        return checked.refusal().isEmpty() && snapshot
                ? new FilesPassed(
                        new PartialRestores.Question(view, login.name(), false, settings.preflightLimit()),
                        outcome -> new SubmissionChecked(submission, outcome.problem(), checked.set()))
                : checked;
    }

    /** Goes on to the other databases of the target. */
    void passed(FilesPassed passed) {
        ActorRef<DatabaseMessage> self = context.getSelf();
        context.spawnAnonymous(PartialRestores.create(
                passed.question(), peers, outcome -> self.tell(passed.answer().apply(outcome))));
    }

    /** Asks what the head task needs to know before it can go on, unless it was asked already. */
    Live askIfDue(DatabaseRecord state, Live live) {
        return Steps.head(state, live)
                .map(task -> {
                    boolean mayStart =
                            task.phase() == TaskPhase.WAITING && live.slot().equals(Optional.of(task.id()));
                    if (mayStart && live.start().askable(settings.attempts())) {
                        askForStart(state, task);
                        return live.start(live.start().asked());
                    }
                    if (BackupSteps.prepared(task, live) && live.targets().askable(settings.attempts())) {
                        askForTargets(task);
                        return live.targets(live.targets().asked());
                    }
                    return live;
                })
                .orElse(live);
    }

    private void askForTargets(TaskState task) {
        if (task.snapshot()) {
            // Nobody else writes under its keys.
            context.getSelf().tell(new TargetsChecked(task.attemptRef(), Optional.empty()));
            return;
        }
        ask(replyTo -> targets(task, replyTo), reply -> new TargetsChecked(task.attemptRef(), refusal(reply)));
    }

    private void askForStart(DatabaseRecord state, TaskState task) {
        if (task.origin().request() instanceof FinishRequest) {
            context.getSelf().tell(new StartChecked(task.id(), Optional.empty(), List.of(), Optional.empty()));
            return;
        }
        ask(
                replyTo -> question(state, task.origin().view(), task.origin().request(), replyTo),
                reply -> checked(task, new StartChecked(task.id(), refusal(reply), warnings(reply), set(reply))));
    }

    private DatabaseMessage checked(TaskState task, StartChecked checked) {
        if (checked.refusal().isPresent() || task.restored().isEmpty()) {
            return checked;
        }
        TaskOrigin origin = task.origin();
        // A little more than each database waits for its host, so that its answer arrives.
        return new FilesPassed(
                new PartialRestores.Question(
                        origin.view(),
                        origin.login(),
                        true,
                        settings.dropLimit().plusSeconds(5)),
                outcome -> {
                    List<String> dropped = TaskInfo.partialDropped(origin.view().name(), outcome.dropped());
                    // Where it has to be asked again, the files' own warnings come again, too.
                    List<String> said = outcome.problem().isPresent()
                            ? dropped
                            : Stream.concat(checked.warnings().stream(), dropped.stream())
                                    .toList();
                    return new StartChecked(task.id(), outcome.problem(), said, checked.set());
                });
    }

    private PreflightCommand question(
            DatabaseRecord state, InstanceView view, TaskRequest request, ActorRef<PreflightReply> replyTo) {
        if (request instanceof BackupRequest backup) {
            return new PreflightCommand.CheckBackup(
                    view, database, backup, BackupRules.basis(state, view, backup), replyTo);
        }
        return new PreflightCommand.CheckRestore(view, (RestoreRequest) request, replyTo);
    }

    private static PreflightCommand targets(TaskState task, ActorRef<PreflightReply> replyTo) {
        BackupRequest request = (BackupRequest) task.origin().request();
        return new PreflightCommand.CheckTargets(
                task.origin().view(), task.running().setId().orElseThrow(), task.files(), request.overwrite(), replyTo);
    }

    private void ask(
            Function<ActorRef<PreflightReply>, PreflightCommand> question,
            Function<PreflightReply, DatabaseMessage> answer) {
        context.ask(
                PreflightReply.class,
                peers.preflight(),
                settings.preflightLimit(),
                question::apply,
                (reply, failure) -> answer.apply(reply == null ? SILENCE : reply));
    }

    private static Optional<Problem> refusal(PreflightReply reply) {
        return reply instanceof PreflightReply.Refused refused ? Optional.of(refused.problem()) : Optional.empty();
    }

    private static Optional<SetFacts> set(PreflightReply reply) {
        return reply instanceof PreflightReply.Passed passed ? passed.set() : Optional.empty();
    }

    private static List<String> warnings(PreflightReply reply) {
        return reply instanceof PreflightReply.Passed passed ? passed.warnings() : List.of();
    }
}
