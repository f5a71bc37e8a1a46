package io.bakstripe.coordinator.database;

import io.bakstripe.coordinator.journal.CallKey;
import io.bakstripe.coordinator.journal.DatabaseEvent.TaskCreated;
import io.bakstripe.protocol.message.DatabaseCommand.Submit;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.TaskId;
import io.bakstripe.protocol.stripe.SetFacts;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Calls that are being checked or registered. They live in memory only: when they are lost the caller times out, no task exists, and the
 * instance voids what was registered.
 */
final class Submissions {
    /**
     * @param registeringSince absent while pre-flight is asked
     * @param set that pre-flight found, of a restore
     */
    record Pending(Submit call, Optional<Instant> registeringSince, Optional<SetFacts> set) {}

    private final Map<UUID, Pending> pending = new HashMap<>();

    void begin(UUID submission, Submit call) {
        pending.put(submission, new Pending(call, Optional.empty(), Optional.empty()));
    }

    void registering(UUID submission, Optional<SetFacts> set, Instant now) {
        pending.computeIfPresent(submission, (id, call) -> new Pending(call.call(), Optional.of(now), set));
    }

    Optional<Pending> find(UUID submission) {
        return Optional.ofNullable(pending.get(submission));
    }

    void close(UUID submission) {
        pending.remove(submission);
    }

    void clear() {
        pending.clear();
    }

    boolean isEmpty() {
        return pending.isEmpty();
    }

    /** The event that makes a task of the call. */
    static TaskCreated created(
            DatabaseRecord state, UUID submission, Submit call, Optional<SetFacts> set, TaskId task, Instant now) {
        DatabaseName display =
                SubmissionRules.display(state, call.view(), call.request().database());
        return new TaskCreated(
                task,
                submission,
                call.key().map(key -> new CallKey(key.key(), key.bodyHash())),
                call.request(),
                display,
                call.view(),
                call.login().name(),
                SubmissionRules.waitsFor(state, call.request()),
                now,
                set);
    }
}
