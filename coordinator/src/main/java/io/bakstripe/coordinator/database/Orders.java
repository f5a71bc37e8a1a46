package io.bakstripe.coordinator.database;

import io.bakstripe.coordinator.sequence.RestorePosition;
import io.bakstripe.protocol.message.DatabaseCommand.StripeState;
import io.bakstripe.protocol.message.RestoreCommand;
import io.bakstripe.protocol.message.RestoreCommand.RestoreGoal;
import io.bakstripe.protocol.message.RestoreCommand.RestoreStep;
import io.bakstripe.protocol.message.SessionCommand;
import io.bakstripe.protocol.message.SessionCommand.SessionGoal;
import io.bakstripe.protocol.message.StripeCommand;
import io.bakstripe.protocol.message.StripeCommand.StripeGoal;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.name.Lsn;
import io.bakstripe.protocol.procedure.BackupRequest;
import io.bakstripe.protocol.procedure.BackupType;
import io.bakstripe.protocol.procedure.Recovery;
import io.bakstripe.protocol.procedure.RestoreRequest;
import io.bakstripe.protocol.stripe.DifferentialBase;
import io.bakstripe.protocol.stripe.SetFacts;
import io.bakstripe.protocol.stripe.StopFacts;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Says what is to be asked of instance and workers in the present state; given at every tick and whenever they become others. */
final class Orders {
    private final DatabaseRef database;

    Orders(DatabaseRef database) {
        this.database = database;
    }

    List<Order> due(DatabaseRecord state, Live live, Tidying tidying) {
        // The instance must not close a restore before it knows the initial snapshot: an open registration is what
        // wakes this database after a restart.
        Stream<Order> atInstance = state.snapshots().unregistered()
                ? state.snapshots().pending().stream().map(Order.RegisterSnapshot::new)
                : state.unreleased().stream().map(task -> new Order.ReleaseSlot(task, state.left(task)));
        return Stream.of(atInstance, tidying.orders(state), ofHead(state, live).stream())
                .flatMap(orders -> orders)
                .toList();
    }

    /** What is asked for the task that is under way. */
    List<Order> ofHead(DatabaseRecord state, Live live) {
        return Steps.head(state, live)
                .map(task -> ofTask(state, task, live))
                .orElse(Stream.of())
                .toList();
    }

    private Stream<Order> ofTask(DatabaseRecord state, TaskState task, Live live) {
        return switch (task.phase()) {
            case WAITING ->
                task.snapshot() || live.slot().equals(Optional.of(task.id()))
                        ? Stream.of()
                        : Stream.of(new Order.RequestSlot(task.id()));
            case OPENING -> Stream.of(session(task, SessionGoal.OPEN));
            case STREAMING ->
                Stream.concat(Stream.of(session(task, SessionGoal.OPEN)), stripes(task, StripeGoal.STREAM));
            case STOPPING ->
                Stream.concat(Stream.of(session(task, SessionGoal.STOP_ENGINE)), stripes(task, StripeGoal.STREAM));
            case CLOSING ->
                Stream.concat(Stream.of(session(task, SessionGoal.STOP_ENGINE)), stripes(task, StripeGoal.CLOSE));
            case PUBLISHING -> Stream.concat(Stream.of(publishing(task, live)), stripes(task, StripeGoal.PUBLISH));
            case ABANDONING -> BackupSteps.abortable(task).map(number -> stripe(task, number, StripeGoal.ABORT));
            case ROLLING_BACK ->
                Stream.concat(
                        Stream.of(session(task, SessionGoal.END)),
                        // Before the engine's backup was open no stripe was begun.
                        task.running().start().isPresent() ? stripes(task, StripeGoal.ABORT) : Stream.of());
            case APPLYING -> restore(state, task, RestoreGoal.APPLY);
            case KEEPING -> restore(state, task, standsBy(task) ? RestoreGoal.STAND_BY : RestoreGoal.KEEP);
            case RECOVERING -> restore(state, task, RestoreGoal.OPEN);
            case DISCARDING -> restore(state, task, RestoreGoal.DISCARD);
            case ABSENT, KEPT, RECOVERED, ENDED -> Stream.of();
        };
    }

    /** The server must keep the log that a log backup holds until this can be read by everyone. */
    private Order publishing(TaskState task, Live live) {
        boolean log = task.running().basis().type() == BackupType.LOG;
        if (!log) {
            return session(task, SessionGoal.END);
        }
        return live.all(task.files().size(), state -> state == StripeState.PUBLISHED)
                ? session(task, SessionGoal.END, task.running().stop().map(StopFacts::lastLsn))
                : session(task, SessionGoal.STOP_ENGINE);
    }

    private static boolean standsBy(TaskState task) {
        return task.origin().request() instanceof RestoreRequest restore && restore.recovery() == Recovery.STANDBY;
    }

    private Order session(TaskState task, SessionGoal goal) {
        return session(task, goal, Optional.empty());
    }

    /** @param published as of {@link SessionCommand.Ensure} */
    private Order session(TaskState task, SessionGoal goal, Optional<Lsn> published) {
        return new Order.Session(new SessionCommand.Ensure(
                task.running().epoch(),
                new SessionCommand.SessionSpec(
                        task.attemptRef(),
                        database,
                        task.origin().display(),
                        task.origin().view(),
                        task.files().size(),
                        task.running().basis()),
                goal,
                task.running().start(),
                task.running()
                        .stop()
                        .map(facts -> new SessionCommand.StoppedEngine(
                                facts, task.running().inline())),
                published));
    }

    private Stream<Order> stripes(TaskState task, StripeGoal goal) {
        return IntStream.rangeClosed(1, task.files().size()).mapToObj(number -> stripe(task, number, goal));
    }

    private Order stripe(TaskState task, int number, StripeGoal goal) {
        Attempt attempt = task.running();
        BackupRequest request = (BackupRequest) task.origin().request();
        return new Order.Stripe(new StripeCommand.Ensure(
                attempt.epoch(),
                new StripeCommand.StripeSpec(
                        task.attemptRef().stripe(number),
                        database,
                        task.origin().display(),
                        task.origin().view(),
                        attempt.setId().orElseThrow(),
                        task.files().get(number - 1),
                        task.files().size(),
                        request.overwrite(),
                        task.origin().view().compression(),
                        attempt.start().orElseThrow(),
                        attempt.total().get(number - 1),
                        attempt.basis().type(),
                        attempt.basis().base().map(DifferentialBase::setId),
                        attempt.basis().base().map(base -> base.start().firstLsn()),
                        task.storage(),
                        task.encryption()),
                goal,
                attempt.stop()));
    }

    private Stream<Order> restore(DatabaseRecord state, TaskState task, RestoreGoal goal) {
        return task.origin().view().definition().host().stream()
                .map(host -> new Order.Restore(new RestoreCommand.Ensure(
                        task.running().epoch(),
                        new RestoreCommand.RestoreSpec(
                                task.attemptRef(),
                                database,
                                task.origin().display(),
                                task.origin().view(),
                                host,
                                step(state, task),
                                task.set().map(SetFacts::setId),
                                task.storage(),
                                task.origin().request().key()),
                        goal)));
    }

    private static RestoreStep step(DatabaseRecord state, TaskState task) {
        Optional<Lsn> position = state.position().map(RestorePosition::redoLsn);
        if (!(task.origin().request() instanceof RestoreRequest request)) {
            return new RestoreStep(RestoreStep.Kind.FINISH, Optional.empty(), Optional.empty(), position);
        }
        RestoreStep.Kind kind = switch (request.type()) {
            case FULL -> request.replaces() ? RestoreStep.Kind.REPLACEMENT : RestoreStep.Kind.FULL;
            case DIFFERENTIAL -> RestoreStep.Kind.DIFFERENTIAL;
            case LOG -> RestoreStep.Kind.LOG;
        };
        return new RestoreStep(
                kind,
                Optional.of(request.arn()),
                SubmissionRules.stopAt(task.origin().view(), request),
                request.type() == BackupType.FULL ? Optional.empty() : position);
    }
}
