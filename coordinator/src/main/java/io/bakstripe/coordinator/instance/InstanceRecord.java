package io.bakstripe.coordinator.instance;

import io.bakstripe.coordinator.journal.InstanceEvent;
import io.bakstripe.coordinator.journal.InstanceEvent.ConfigurationSet;
import io.bakstripe.coordinator.journal.InstanceEvent.InstanceDeclared;
import io.bakstripe.coordinator.journal.InstanceEvent.RegistrationVoided;
import io.bakstripe.coordinator.journal.InstanceEvent.SlotGranted;
import io.bakstripe.coordinator.journal.InstanceEvent.SlotReleased;
import io.bakstripe.coordinator.journal.InstanceEvent.TaskRegistered;
import io.bakstripe.coordinator.journal.InstanceEvent.TidyingAwaited;
import io.bakstripe.coordinator.journal.InstanceEvent.TidyingEnded;
import io.bakstripe.protocol.instance.DeclaredDatabase;
import io.bakstripe.protocol.instance.InstanceDefinition;
import io.bakstripe.protocol.instance.InstanceView;
import io.bakstripe.protocol.message.InstanceCommand.TaskRoute;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.name.TaskId;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * What is recorded of an instance.
 *
 * @param definition of the highest revision declared so far
 * @param compression as set by a caller; absent while nobody set it
 * @param lastTask the highest task id given out, 0 before the first
 * @param open registrations whose task has not ended, by id
 * @param recent registrations closed last, oldest first
 * @param restored names that restores were registered for
 * @param keys idempotency keys of the last day
 * @param untidy ended tasks that may have left uploads at the store
 */
record InstanceRecord(
        Optional<InstanceDefinition> definition,
        Optional<Boolean> compression,
        long lastTask,
        Registrations open,
        List<Registration> recent,
        List<DatabaseName> restored,
        UsedKeys keys,
        List<TaskRoute> untidy) {
    static final Duration KEY_WINDOW = Duration.ofHours(24);
    static final int RECENT = 64;

    InstanceRecord {
        recent = List.copyOf(recent);
        restored = List.copyOf(restored);
        // Snapshots of the first release do not have it.
        untidy = untidy == null ? List.of() : List.copyOf(untidy);
    }

    static InstanceRecord empty() {
        return new InstanceRecord(
                Optional.empty(),
                Optional.empty(),
                0,
                Registrations.none(),
                List.of(),
                List.of(),
                UsedKeys.none(),
                List.of());
    }

    InstanceRecord apply(InstanceEvent event) {
        if (event instanceof InstanceDeclared declared) {
            return new InstanceRecord(
                    Optional.of(declared.definition()), compression, lastTask, open, recent, restored, keys, untidy);
        } else if (event instanceof TaskRegistered registered) {
            return register(registered);
        } else if (event instanceof RegistrationVoided voided) {
            return new InstanceRecord(
                    definition,
                    compression,
                    lastTask,
                    open.without(voided.task()),
                    recent,
                    restored,
                    // A void registration made no task: its call may come again with the same key.
                    keys.without(voided.task()),
                    untidy);
        } else if (event instanceof SlotGranted granted) {
            return withOpen(find(granted.task())
                    .map(known -> open.with(known.withSlot(true)))
                    .orElse(open));
        } else if (event instanceof SlotReleased released) {
            return close(released.task());
        } else if (event instanceof TidyingAwaited awaited) {
            return withUntidy(
                    Stream.concat(untidy.stream(), Stream.of(new TaskRoute(awaited.task(), awaited.database()))));
        } else if (event instanceof TidyingEnded ended) {
            return withUntidy(untidy.stream().filter(left -> !left.task().equals(ended.task())));
        } else if (event instanceof ConfigurationSet set) {
            return new InstanceRecord(
                    definition,
                    Optional.of(Boolean.parseBoolean(set.value())),
                    lastTask,
                    open,
                    recent,
                    restored,
                    keys,
                    untidy);
        }
        throw new IllegalStateException("unknown event " + event);
    }

    /** The instance as tasks see it; absent while it is not declared. */
    Optional<InstanceView> view() {
        return definition.map(
                known -> new InstanceView(known, known.edition().allowsCompression() && compression.orElse(true)));
    }

    Optional<Registration> find(TaskId task) {
        return open.find(task);
    }

    boolean closedLately(TaskId task) {
        return recent.stream().anyMatch(known -> known.task().equals(task));
    }

    /** The database of a native task that is open or was closed lately. */
    Optional<DatabaseRef> databaseOf(TaskId task) {
        return open.find(task)
                .or(() -> recent.stream()
                        .filter(known -> known.task().equals(task))
                        .findFirst())
                .filter(known -> !known.snapshot())
                .map(Registration::database);
    }

    boolean untidy(TaskId task) {
        return untidy.stream().anyMatch(left -> left.task().equals(task));
    }

    /** The databases that have something to do: tasks that have not ended, or uploads to get rid of. */
    List<DatabaseRef> busy() {
        return Stream.concat(
                        open.stream().map(Registration::database),
                        untidy.stream().map(TaskRoute::database))
                .distinct()
                .toList();
    }

    Optional<Registration> ofSubmission(UUID submission) {
        return open.ofSubmission(submission)
                .or(() -> recent.stream()
                        .filter(known -> known.submission().equals(submission))
                        .findFirst());
    }

    /** The use of this key that still counts. */
    Optional<UsedKey> usedKey(String key, Instant now) {
        return keys.find(key).filter(used -> used.at().isAfter(now.minus(KEY_WINDOW)));
    }

    long snapshotsOpen() {
        return open.stream().filter(Registration::snapshot).count();
    }

    int slotsHeld() {
        return open.slots();
    }

    /** Whether the name, however it is spelled, was declared or restored. */
    boolean knows(DatabaseName name) {
        String folded = name.folded();
        return definition.flatMap(known -> known.database(folded)).isPresent()
                || restored.stream().anyMatch(known -> known.folded().equals(folded));
    }

    /** Declared databases and those that restores were registered for, each once, by name. */
    List<DatabaseName> databases() {
        Stream<DatabaseName> declared =
                definition.stream().flatMap(known -> known.databases().stream()).map(DeclaredDatabase::name);
        return distinct(Stream.concat(declared, restored.stream()).toList()).stream()
                .sorted(Comparator.comparing(DatabaseName::folded))
                .toList();
    }

    private InstanceRecord register(TaskRegistered event) {
        Registration registration = Registration.of(event);
        Instant oldest = event.at().minus(KEY_WINDOW);
        UsedKeys used = keys.since(oldest);
        return new InstanceRecord(
                definition,
                compression,
                Math.max(lastTask, event.task().value()),
                open.with(registration),
                recent,
                event.restore()
                        ? distinct(Stream.concat(restored.stream(), Stream.of(event.display()))
                                .toList())
                        : restored,
                event.key()
                        .map(key -> used.with(new UsedKey(key, event.task(), event.database(), event.at())))
                        .orElse(used),
                untidy);
    }

    private InstanceRecord close(TaskId task) {
        List<Registration> closed = Stream.concat(
                        recent.stream(), find(task).map(known -> known.withSlot(false)).stream())
                .toList();
        return new InstanceRecord(
                definition,
                compression,
                lastTask,
                open.without(task),
                closed.subList(Math.max(0, closed.size() - RECENT), closed.size()),
                restored,
                keys,
                untidy);
    }

    private InstanceRecord withUntidy(Stream<TaskRoute> next) {
        return new InstanceRecord(definition, compression, lastTask, open, recent, restored, keys, next.toList());
    }

    private InstanceRecord withOpen(Registrations next) {
        return new InstanceRecord(definition, compression, lastTask, next, recent, restored, keys, untidy);
    }

    private static List<DatabaseName> distinct(List<DatabaseName> names) {
        return names.stream()
                .filter(name -> names.stream()
                        .filter(name::sameDatabaseAs)
                        .findFirst()
                        .orElseThrow()
                        .equals(name))
                .distinct()
                .toList();
    }
}
