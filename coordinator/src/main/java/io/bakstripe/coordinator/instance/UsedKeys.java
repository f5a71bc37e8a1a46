package io.bakstripe.coordinator.instance;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.bakstripe.protocol.name.TaskId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.pcollections.HashPMap;
import org.pcollections.HashTreePMap;
import org.pcollections.TreePMap;

/** Idempotency keys that registrations used, as {@link Registrations} are kept. Written as a list, in the order of tasks. */
final class UsedKeys {
    private static final UsedKeys NONE = new UsedKeys(TreePMap.empty(), HashTreePMap.empty());

    private final TreePMap<TaskId, UsedKey> byTask;
    private final HashPMap<String, TaskId> byKey;

    private UsedKeys(TreePMap<TaskId, UsedKey> byTask, HashPMap<String, TaskId> byKey) {
        this.byTask = byTask;
        this.byKey = byKey;
    }

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    static UsedKeys of(List<UsedKey> used) {
        UsedKeys all = NONE;
        for (UsedKey key : used) {
            all = all.with(key);
        }
        return all;
    }

    static UsedKeys none() {
        return NONE;
    }

    UsedKeys with(UsedKey used) {
        return new UsedKeys(
                byTask.plus(used.task(), used), byKey.plus(used.key().key(), used.task()));
    }

    UsedKeys without(TaskId task) {
        UsedKey used = byTask.get(task);
        if (used == null) {
            return this;
        }
        String key = used.key().key();
        // A key may have been used again since.
        return new UsedKeys(byTask.minus(task), task.equals(byKey.get(key)) ? byKey.minus(key) : byKey);
    }

    /** Without the oldest ones, as long as they were used at this moment or before. */
    UsedKeys since(Instant oldest) {
        UsedKeys left = this;
        while (!left.byTask.isEmpty()
                && !left.byTask.firstEntry().getValue().at().isAfter(oldest)) {
            left = left.without(left.byTask.firstKey());
        }
        return left;
    }

    /** Whoever used the key last. */
    Optional<UsedKey> find(String key) {
        return Optional.ofNullable(byKey.get(key)).map(byTask::get);
    }

    @JsonValue
    List<UsedKey> list() {
        return List.copyOf(byTask.values());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof UsedKeys keys && byTask.equals(keys.byTask);
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
