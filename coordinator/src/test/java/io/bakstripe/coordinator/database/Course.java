package io.bakstripe.coordinator.database;

import static io.bakstripe.coordinator.database.Given.FIRST;
import static io.bakstripe.coordinator.database.Given.ONE;
import static io.bakstripe.coordinator.database.Given.SETTINGS;

import akka.actor.testkit.typed.javadsl.TestInbox;
import io.bakstripe.coordinator.Samples;
import io.bakstripe.coordinator.journal.DatabaseEvent;
import io.bakstripe.coordinator.journal.DatabaseEvent.TaskEnded;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.message.CancelReply;
import io.bakstripe.protocol.message.DatabaseCommand;
import io.bakstripe.protocol.message.DatabaseCommand.Cancel;
import io.bakstripe.protocol.message.DatabaseCommand.EngineStopped;
import io.bakstripe.protocol.message.DatabaseCommand.SessionEnded;
import io.bakstripe.protocol.message.DatabaseCommand.SessionFailed;
import io.bakstripe.protocol.message.DatabaseCommand.SessionOpened;
import io.bakstripe.protocol.message.DatabaseCommand.StripeState;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.procedure.TaskRequest;
import io.bakstripe.protocol.stripe.SetFacts;
import io.bakstripe.protocol.task.TaskDetail;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * One task driven by reports through the coordinator's own decisions and its event handler, without actors and without time passing. It remembers
 * every row of the transition tables that its events were.
 */
final class Course {
    final Set<TaskTransitions.Transition> ofTask = new HashSet<>();
    final Set<DatabaseTransitions.Transition> ofDatabase = new HashSet<>();
    private final Steps steps = new Steps(SETTINGS, () -> new UUID(1, 2));
    private DatabaseRecord state = DatabaseRecord.empty();
    private Live live = Given.live();
    private Instant now = Samples.NOON;

    static Course created(TaskRequest request) {
        Course course = new Course();
        course.record(Given.created(ONE, request));
        return course;
    }

    /** A snapshot to two files that is registered as task 1. */
    static Course snapshot(DatabaseRecord state, DatabaseName database) {
        Course course = new Course();
        course.state = state;
        course.record(Given.wantedSnapshot(database));
        course.record(new DatabaseEvent.SnapshotCreated(ONE, Samples.NOON));
        return course.settled();
    }

    /** A step of a restore of this set, begun on a database that stands like this. */
    static Course step(DatabaseRecord state, TaskRequest request, Optional<SetFacts> set) {
        Course course = new Course();
        course.state = state;
        course.record(Given.created(ONE, request));
        course.live = course.live.slot(ONE).start(Check.UNASKED.answered(Optional.empty(), List.of(), set));
        return course.settled();
    }

    /** Something that has happened without the task's doing. */
    Course happened(DatabaseEvent event) {
        record(event);
        return this;
    }

    /** A backup to two files or a restore, begun. */
    static Course started(TaskRequest request) {
        return created(request).startChecked(Optional.empty());
    }

    Course startChecked(Optional<Problem> refusal) {
        live = live.slot(ONE).start(Check.UNASKED.answered(refusal));
        return settled();
    }

    Course targetsChecked(Optional<Problem> refusal) {
        live = live.targets(Check.UNASKED.answered(refusal));
        return settled();
    }

    Course reported(DatabaseCommand report) {
        live = Reports.taken(state, live, report).orElseThrow();
        return settled();
    }

    Course opened() {
        return reported(new SessionOpened(FIRST, 1, Samples.start(), List.of(1_000L, 1_000L), 7));
    }

    Course stopped() {
        return reported(new EngineStopped(FIRST, 1, Samples.stop(), List.of(), List.of(5L, 5L), 9));
    }

    Course sessionFailed() {
        return reported(new SessionFailed(FIRST, 1, Given.LOST));
    }

    Course sessionEnded() {
        return reported(new SessionEnded(FIRST, 1));
    }

    Course stripes(StripeState first, StripeState second) {
        return reported(Given.stripe(1, first, 1_000)).reported(Given.stripe(2, second, 1_000));
    }

    Course rolledBack() {
        return stripes(StripeState.ABORTED, StripeState.ABORTED).sessionEnded().waited(SETTINGS.retryDelay());
    }

    Course published() {
        return stripes(StripeState.PUBLISHED, StripeState.PUBLISHED).sessionEnded();
    }

    /** A call that cancels the task; {@link AssertionError} when it is refused. */
    Course cancelled() {
        Cancel call = new Cancel(
                ONE,
                Samples.ME,
                Optional.empty(),
                TestInbox.<CancelReply>create().getRef());
        CancelRules.Decision decision = CancelRules.decide(state, call, now);
        if (decision.reply().isPresent()) {
            throw new AssertionError(decision.reply().get());
        }
        decision.events().forEach(this::record);
        return settled();
    }

    Course waited(Duration time) {
        now = now.plus(time);
        return settled();
    }

    DatabaseRecord state() {
        return state;
    }

    TaskDetail end() {
        return state.ended(ONE).orElseThrow().detail();
    }

    private Course settled() {
        for (List<DatabaseEvent> due = steps.due(state, live, now); !due.isEmpty(); due = steps.due(state, live, now)) {
            due.forEach(this::record);
        }
        return this;
    }

    private void record(DatabaseEvent event) {
        TaskPhase from = state.unfinished(ONE).map(TaskState::phase).orElse(TaskPhase.ABSENT);
        DatabaseStage before = state.stage();
        live = live.after(event, Steps.head(state, live).map(TaskState::id));
        state = state.apply(event);
        if (!(event instanceof DatabaseEvent.DatabaseDropped || event instanceof DatabaseEvent.SnapshotWanted)) {
            TaskPhase to = event instanceof TaskEnded || event instanceof DatabaseEvent.SnapshotEnded
                    ? TaskPhase.ENDED
                    : state.unfinished(ONE).orElseThrow().phase();
            ofTask.add(new TaskTransitions.Transition(from, event.getClass(), to));
        }
        if (before != state.stage()) {
            ofDatabase.add(new DatabaseTransitions.Transition(before, event.getClass(), state.stage()));
        }
    }
}
