package io.bakstripe.coordinator.instance;

import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.name.TaskId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Whose turn it is when a slot is free: first come, first served over the whole instance, by task ids (row L7).
 *
 * <p>A task asks for its slot once its database has nothing else to do. A task that is next but has not asked yet, because the one before it in
 * its database has just ended, because its call is just being recorded or because this coordinator has just started, is waited for; only when
 * the time for that is over do later tasks go first, so that a database that does not answer holds up nobody for good. A task whose database
 * is at work cannot begin: those behind it go first, until the database is free. A snapshot gets no slot; the tasks behind it in its database are
 * not waited for until it has ended. Lives in memory: after a restart everybody asks again.
 */
final class Turns {
    private final Duration waitedFor;
    private final Set<TaskId> asking = new HashSet<>();
    private final Set<TaskId> unknown = new HashSet<>();
    private final Map<DatabaseRef, Instant> freed = new HashMap<>();
    private Instant begun;

    /** @param waitedFor how long a task that is next and has not asked is waited for */
    Turns(Duration waitedFor, Instant now) {
        this.waitedFor = waitedFor;
        this.begun = now;
    }

    /** Forgets everything: those who wait ask again. */
    void begin(Instant now) {
        asking.clear();
        unknown.clear();
        freed.clear();
        begun = now;
    }

    void asks(TaskId task) {
        asking.add(task);
        unknown.remove(task);
    }

    /** The task has ended; the next one of its database is about to ask. */
    void ended(TaskId task, DatabaseRef database, Instant now) {
        granted(task);
        freed.values().removeIf(at -> !now.isBefore(at.plus(waitedFor)));
        freed.put(database, now);
    }

    /** Nobody knows of the task: it is not waited for, unless it asks. */
    void isUnknown(TaskId task) {
        unknown.add(task);
    }

    void granted(TaskId task) {
        asking.remove(task);
        unknown.remove(task);
    }

    /** The tasks that get a slot now, the first come first. */
    List<TaskId> due(InstanceRecord state, int slots, Instant now) {
        long free = slots - state.slotsHeld();
        if (free <= 0) {
            return List.of();
        }
        unknown.removeIf(task -> state.find(task).isEmpty());
        Set<DatabaseRef> atWork = new HashSet<>();
        state.open().stream().filter(Registration::slot).forEach(held -> atWork.add(held.database()));
        Set<DatabaseRef> behindSnapshots = new HashSet<>();
        List<TaskId> due = new ArrayList<>();
        List<Registration> line = state.open().stream()
                .filter(known -> !known.slot())
                .sorted((one, other) -> one.task().compareTo(other.task()))
                .toList();
        for (Registration next : line) {
            if (due.size() >= free) {
                break;
            }
            if (next.snapshot()) {
                behindSnapshots.add(next.database());
                continue;
            }
            if (atWork.contains(next.database())) {
                continue;
            }
            if (asking.contains(next.task())) {
                due.add(next.task());
                atWork.add(next.database());
            } else if (!behindSnapshots.contains(next.database()) && isWaitedFor(next, now)) {
                break;
            }
        }
        return due;
    }

    private boolean isWaitedFor(Registration next, Instant now) {
        if (unknown.contains(next.task())) {
            return false;
        }
        Instant since = latest(latest(begun, next.at()), freed.getOrDefault(next.database(), begun));
        return now.isBefore(since.plus(waitedFor));
    }

    private static Instant latest(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }
}
