package io.bakstripe.coordinator.database;

import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.task.Lifecycle;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How a task ends.
 *
 * @param problem why it ends in ERROR; absent otherwise
 * @param remarks for {@code task_info}, before the line that tells the end
 */
record TaskEnd(Lifecycle lifecycle, Optional<Problem> problem, List<String> remarks) {
    static final TaskEnd SUCCESS = new TaskEnd(Lifecycle.SUCCESS, Optional.empty(), List.of());
    static final TaskEnd CANCELLED = new TaskEnd(Lifecycle.CANCELLED, Optional.empty(), List.of());

    TaskEnd {
        remarks = List.copyOf(remarks);
    }

    static TaskEnd error(Problem problem) {
        return new TaskEnd(Lifecycle.ERROR, Optional.of(problem), List.of());
    }

    TaskEnd remarking(List<String> more) {
        return new TaskEnd(lifecycle, problem, more);
    }

    /** What is added to {@code task_info}; a failure that was recorded before has its line already. */
    List<String> lines(TaskState task) {
        boolean told = task.attempt().flatMap(Attempt::failure).isPresent();
        Stream<String> last = switch (lifecycle) {
            case SUCCESS -> Stream.of(Percent.line(Percent.FINISHED));
            case CANCELLED -> Stream.of(TaskInfo.CANCELLED);
            default -> told ? Stream.of() : problem.stream().map(Problem::asTaskInfo);
        };
        return Stream.concat(remarks.stream(), last).toList();
    }
}
