package io.bakstripe.coordinator.instance;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.bakstripe.protocol.name.TaskId;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.pcollections.HashPMap;
import org.pcollections.HashTreePMap;
import org.pcollections.TreePMap;

/**
 * Open registrations, by id and by submission. Never changed: each change gives another one that shares what stays, so that its cost does not grow with
 * the number of tasks that wait. Written as a list, oldest first.
 */
final class Registrations {
    private static final Registrations NONE = new Registrations(TreePMap.empty(), HashTreePMap.empty(), 0);

    private final TreePMap<TaskId, Registration> byTask;
    private final HashPMap<UUID, TaskId> bySubmission;
    private final int slots;

    private Registrations(TreePMap<TaskId, Registration> byTask, HashPMap<UUID, TaskId> bySubmission, int slots) {
        this.byTask = byTask;
        this.bySubmission = bySubmission;
        this.slots = slots;
    }

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    static Registrations of(List<Registration> registrations) {
        Registrations all = NONE;
        for (Registration registration : registrations) {
            all = all.with(registration);
        }
        return all;
    }

    static Registrations none() {
        return NONE;
    }

    /** With this one, in the place of one of the same task. */
    Registrations with(Registration registration) {
        Registrations others = without(registration.task());
        return new Registrations(
                others.byTask.plus(registration.task(), registration),
                others.bySubmission.plus(registration.submission(), registration.task()),
                others.slots + (registration.slot() ? 1 : 0));
    }

    Registrations without(TaskId task) {
        Registration known = byTask.get(task);
        return known == null
                ? this
                : new Registrations(
                        byTask.minus(task), bySubmission.minus(known.submission()), slots - (known.slot() ? 1 : 0));
    }

    Optional<Registration> find(TaskId task) {
        return Optional.ofNullable(byTask.get(task));
    }

    Optional<Registration> ofSubmission(UUID submission) {
        return Optional.ofNullable(bySubmission.get(submission)).flatMap(this::find);
    }

    /** How many hold a slot. */
    int slots() {
        return slots;
    }

    int size() {
        return byTask.size();
    }

    /** Oldest first. */
    Stream<Registration> stream() {
        return byTask.values().stream();
    }

    /** Newest first, those with a lower id only where {@code after} is given. */
    Stream<Registration> newest(Optional<TaskId> after) {
        return after.map(byTask::headMap).orElse(byTask).descendingMap().values().stream();
    }

    @JsonValue
    List<Registration> list() {
        return List.copyOf(byTask.values());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Registrations registrations && byTask.equals(registrations.byTask);
    }

    @Override
    public int hashCode() {
        return byTask.hashCode();
    }

    @Override
    public String toString() {
        return byTask.values().toString();
    }
}
