package io.bakstripe.coordinator.database;

import io.bakstripe.protocol.message.RestoreCommand;
import io.bakstripe.protocol.message.RestoreCommand.RestoreGoal;
import io.bakstripe.protocol.message.SessionCommand;
import io.bakstripe.protocol.message.SessionCommand.SessionGoal;
import io.bakstripe.protocol.message.StripeCommand;
import io.bakstripe.protocol.message.StripeCommand.StripeGoal;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.procedure.BackupRequest;
import io.bakstripe.protocol.procedure.RestoreRequest;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Says what is to be asked of instance and workers in the present state; given at every tick and whenever the phase changes. */
final class Orders {
    private final DatabaseRef database;

    Orders(DatabaseRef database) {
        this.database = database;
    }

    List<Order> due(DatabaseRecord state, Live live, Tidying tidying) {
        Stream<Order> releases = state.unreleased().stream().map(task -> new Order.ReleaseSlot(task, state.left(task)));
        Stream<Order> ofHead =
                Steps.head(state, live).map(task -> ofTask(task, live)).orElse(Stream.of());
        return Stream.of(releases, tidying.orders(state), ofHead)
                .flatMap(orders -> orders)
                .toList();
    }

    private Stream<Order> ofTask(TaskState task, Live live) {
        return switch (task.phase()) {
            case WAITING ->
                live.slot().equals(Optional.of(task.id())) ? Stream.of() : Stream.of(new Order.RequestSlot(task.id()));
            case OPENING -> Stream.of(session(task, SessionGoal.OPEN));
            case STREAMING ->
                Stream.concat(Stream.of(session(task, SessionGoal.OPEN)), stripes(task, StripeGoal.STREAM));
            case STOPPING ->
                Stream.concat(Stream.of(session(task, SessionGoal.STOP_ENGINE)), stripes(task, StripeGoal.STREAM));
            case CLOSING ->
                Stream.concat(Stream.of(session(task, SessionGoal.STOP_ENGINE)), stripes(task, StripeGoal.CLOSE));
            case PUBLISHING ->
                Stream.concat(Stream.of(session(task, SessionGoal.END)), stripes(task, StripeGoal.PUBLISH));
            case ABANDONING -> BackupSteps.abortable(task).map(number -> stripe(task, number, StripeGoal.ABORT));
            case ROLLING_BACK ->
                Stream.concat(
                        Stream.of(session(task, SessionGoal.END)),
                        // Before the engine's backup was open no stripe was begun.
                        task.running().start().isPresent() ? stripes(task, StripeGoal.ABORT) : Stream.of());
            case APPLYING -> restore(task, RestoreGoal.APPLY);
            case RECOVERING -> restore(task, RestoreGoal.OPEN);
            case DISCARDING -> restore(task, RestoreGoal.DISCARD);
            case ABSENT, RECOVERED, ENDED -> Stream.of();
        };
    }

    private Order session(TaskState task, SessionGoal goal) {
        return new Order.Session(new SessionCommand.Ensure(
                task.running().epoch(),
                new SessionCommand.SessionSpec(
                        task.attemptRef(),
                        database,
                        task.origin().display(),
                        task.origin().view(),
                        task.files().size()),
                goal,
                task.running().start(),
                task.running()
                        .stop()
                        .map(facts -> new SessionCommand.StoppedEngine(
                                facts, task.running().inline()))));
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
                        attempt.total().get(number - 1)),
                goal,
                attempt.stop()));
    }

    private Stream<Order> restore(TaskState task, RestoreGoal goal) {
        RestoreRequest request = (RestoreRequest) task.origin().request();
        return task.origin().view().definition().host().stream()
                .map(host -> new Order.Restore(new RestoreCommand.Ensure(
                        task.running().epoch(),
                        new RestoreCommand.RestoreSpec(
                                task.attemptRef(),
                                database,
                                task.origin().display(),
                                task.origin().view(),
                                host,
                                request.arn()),
                        goal)));
    }
}
