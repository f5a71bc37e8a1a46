package io.bakstripe.coordinator.database;

import akka.actor.NoSerializationVerificationNeeded;
import akka.actor.typed.ActorRef;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.TimerScheduler;
import io.bakstripe.coordinator.journal.CallKey;
import io.bakstripe.coordinator.journal.DatabaseEvent.TaskCreated;
import io.bakstripe.coordinator.peers.Peers;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.message.DatabaseCommand.NotRegistered;
import io.bakstripe.protocol.message.DatabaseCommand.Registered;
import io.bakstripe.protocol.message.DatabaseCommand.Submit;
import io.bakstripe.protocol.message.DatabaseMessage;
import io.bakstripe.protocol.message.InstanceCommand;
import io.bakstripe.protocol.message.InstanceCommand.TaskKnowledge;
import io.bakstripe.protocol.message.SubmitReply;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.name.TaskId;
import io.bakstripe.protocol.procedure.BackupType;
import io.bakstripe.protocol.procedure.RestoreRequest;
import io.bakstripe.protocol.stripe.SetFacts;
import io.bakstripe.protocol.task.TaskDetail;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * The way of a call from submission to a recorded task: rules, pre-flight, rules, registration, rules, task.
 *
 * <p>The rules are asked three times because the database may change while others answer. Refused anywhere means that nothing was recorded; a
 * registration that was made for nothing is given back at once, and voided by the instance if that message is lost.
 */
final class Admission {
    /** Register again, in case the question or its answer was lost. */
    record RegisterAgain(UUID submission) implements DatabaseMessage, NoSerializationVerificationNeeded {}

    /** What is to be recorded, and who waits for it. */
    record Accepted(TaskCreated event, ActorRef<SubmitReply> replyTo) {}

    private final ActorContext<DatabaseMessage> context;
    private final TimerScheduler<DatabaseMessage> timers;
    private final DatabaseRef database;
    private final DatabaseSettings settings;
    private final Peers peers;
    private final InstantSource clock;
    private final Supplier<UUID> ids;
    private final Preflights preflights;
    private final BooleanSupplier dropping;
    private final Submissions submissions = new Submissions();

    Admission(
            ActorContext<DatabaseMessage> context,
            TimerScheduler<DatabaseMessage> timers,
            DatabaseRef database,
            DatabaseSettings settings,
            Peers peers,
            InstantSource clock,
            Supplier<UUID> ids,
            Preflights preflights,
            BooleanSupplier dropping) {
        this.context = context;
        this.timers = timers;
        this.database = database;
        this.settings = settings;
        this.peers = peers;
        this.clock = clock;
        this.ids = ids;
        this.preflights = preflights;
        this.dropping = dropping;
    }

    boolean busy() {
        return !submissions.isEmpty();
    }

    boolean pending(UUID submission) {
        return submissions.find(submission).isPresent();
    }

    void forget() {
        submissions.clear();
    }

    void submit(DatabaseRecord state, Live live, Submit call) {
        Optional<TaskDetail> repeated = call.key()
                .flatMap(key -> state.ofKey(new CallKey(key.key(), key.bodyHash()), clock.instant()))
                .flatMap(task -> shown(state, live, task));
        if (repeated.isPresent()) {
            call.replyTo().tell(new SubmitReply.Accepted(repeated.get().row()));
            return;
        }
        Optional<Problem> refusal = refusal(state, call, Optional.empty());
        if (refusal.isPresent()) {
            call.replyTo().tell(new SubmitReply.Refused(refusal.get()));
            return;
        }
        UUID submission = ids.get();
        submissions.begin(submission, call);
        preflights.askForSubmission(state, submission, call.view(), call.request(), call.login());
    }

    void checked(DatabaseRecord state, Preflights.SubmissionChecked checked) {
        submissions.find(checked.submission()).ifPresent(pending -> {
            Submit call = pending.call();
            Optional<Problem> refusal = checked.refusal().or(() -> refusal(state, call, checked.set()));
            if (refusal.isPresent()) {
                refuse(checked.submission(), call, refusal.get());
                return;
            }
            submissions.registering(checked.submission(), checked.set(), clock.instant());
            register(checked.submission(), call);
            timers.startTimerWithFixedDelay(
                    checked.submission(), new RegisterAgain(checked.submission()), settings.registerAgain());
        });
    }

    void again(RegisterAgain again) {
        Optional<Submissions.Pending> pending = submissions.find(again.submission());
        if (pending.isEmpty()) {
            timers.cancel(again.submission());
            return;
        }
        Submit call = pending.get().call();
        Instant since = pending.get().registeringSince().orElse(clock.instant());
        if (clock.instant().isBefore(since.plus(settings.registerLimit()))) {
            register(again.submission(), call);
        } else {
            refuse(
                    again.submission(),
                    call,
                    BackupError.CLUSTER_TIMEOUT.problem("instance '" + database.instance() + "'"));
        }
    }

    /** The task to record; empty when the answer comes too late, twice, or when the rules do not allow the task any more. */
    Optional<Accepted> registered(DatabaseRecord state, Registered answer) {
        if (state.ofSubmission(answer.submission()).equals(Optional.of(answer.task()))) {
            return Optional.empty();
        }
        Optional<Submissions.Pending> pending = submissions.find(answer.submission());
        if (pending.isEmpty()) {
            giveBack(answer.task());
            return Optional.empty();
        }
        Submit call = pending.get().call();
        Optional<SetFacts> set = pending.get().set();
        Optional<Problem> refusal = refusal(state, call, set);
        if (refusal.isPresent()) {
            refuse(answer.submission(), call, refusal.get());
            giveBack(answer.task());
            return Optional.empty();
        }
        close(answer.submission());
        return Optional.of(new Accepted(
                Submissions.created(state, answer.submission(), call, set, answer.task(), clock.instant()),
                call.replyTo()));
    }

    void accept(DatabaseRecord state, Live live, Accepted accepted) {
        shown(state, live, accepted.event().task())
                .ifPresent(task -> accepted.replyTo().tell(new SubmitReply.Accepted(task.row())));
    }

    void notRegistered(DatabaseRecord state, Live live, NotRegistered answer) {
        submissions.find(answer.submission()).ifPresent(pending -> {
            Submit call = pending.call();
            answer.problem().ifPresent(problem -> refuse(answer.submission(), call, problem));
            // A task that is not known yet belongs to the same call under way: its row is there when we ask again.
            answer.existing().flatMap(task -> shown(state, live, task)).ifPresent(task -> {
                close(answer.submission());
                call.replyTo().tell(new SubmitReply.Accepted(task.row()));
            });
        });
    }

    /** A task as it is shown now, unfinished or ended lately. */
    Optional<TaskDetail> shown(DatabaseRecord state, Live live, TaskId id) {
        Instant now = clock.instant();
        return state.unfinished(id)
                .map(task -> {
                    boolean head = Steps.head(state, live)
                            .filter(running -> running.id().equals(id))
                            .isPresent();
                    return TaskDetails.unfinished(task, head ? live : Live.fresh(now), now);
                })
                .or(() -> state.ended(id).map(EndedTask::detail));
    }

    private Optional<Problem> refusal(DatabaseRecord state, Submit call, Optional<SetFacts> set) {
        if (dropping.getAsBoolean()) {
            return Optional.of(BackupError.BEING_DROPPED.problem(call.request().database()));
        }
        return SubmissionRules.refusal(state, call.view(), call.request(), call.login(), set);
    }

    private void register(UUID submission, Submit call) {
        peers.instance(database.instance())
                .tell(new InstanceCommand.Register(
                        database,
                        call.request().database(),
                        submission,
                        call.key(),
                        call.request() instanceof RestoreRequest restore && restore.type() == BackupType.FULL));
    }

    private void giveBack(TaskId task) {
        peers.instance(database.instance()).tell(new InstanceCommand.ProbeAnswer(task, TaskKnowledge.UNKNOWN));
    }

    private void refuse(UUID submission, Submit call, Problem problem) {
        close(submission);
        context.getLog().info("{} refused: {}", call.request().taskType(), problem.detail());
        call.replyTo().tell(new SubmitReply.Refused(problem));
    }

    private void close(UUID submission) {
        submissions.close(submission);
        timers.cancel(submission);
    }
}
