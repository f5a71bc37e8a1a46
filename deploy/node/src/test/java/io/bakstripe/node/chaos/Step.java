package io.bakstripe.node.chaos;

import java.time.Duration;

/** One thing that happens in a schedule, and when, counted from its beginning. */
sealed interface Step {
    Duration at();

    /** A backup to a pattern of this schedule's own is asked for; the store may be in such a state that it is refused. */
    record Backup(Duration at, int number, int files) implements Step {}

    /** A restore of a set that was whole before the schedule began is asked for. */
    record Restore(Duration at, int number) implements Step {}

    /** A task of this schedule, counted from 0 among those that were accepted, is asked to stop. */
    record Cancel(Duration at, int task) implements Step {}

    /** The store's script is replaced. */
    record Script(Duration at, String json) implements Step {}

    /** The node is killed and started again. */
    record Kill(Duration at) implements Step {}
}
