package io.bakstripe.coordinator.instance;

import io.bakstripe.protocol.message.InstanceCommand.FindTasks;
import io.bakstripe.protocol.message.InstanceCommand.TaskRoute;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Finds the tasks that an instance knows, for pages of them. */
final class Routes {
    private Routes() {}

    /** The newest that are asked for, at most {@link FindTasks#limit()}, newest first. */
    static List<TaskRoute> newest(InstanceRecord state, FindTasks question) {
        return Stream.concat(open(state, question), state.recent().stream())
                .filter(known -> !known.snapshot())
                .map(Registration::route)
                .filter(route -> wanted(route, question))
                .sorted(Comparator.comparing(TaskRoute::task).reversed())
                .limit(question.limit())
                .toList();
    }

    /** As many as are asked for will do: what was closed lately only comes on top. */
    private static Stream<Registration> open(InstanceRecord state, FindTasks question) {
        return question.task()
                .map(task -> state.open().find(task).stream())
                .orElseGet(() -> state.open()
                        .newest(question.after())
                        // Snapshots are no native tasks: nobody asks about them as such.
                        .filter(known -> !known.snapshot() && wanted(known.route(), question))
                        .limit(question.limit()));
    }

    private static boolean wanted(TaskRoute route, FindTasks question) {
        return question.task().map(route.task()::equals).orElse(true)
                && question.after()
                        .map(after -> route.task().compareTo(after) < 0)
                        .orElse(true)
                && question.database().map(route.database().folded()::equals).orElse(true);
    }
}
