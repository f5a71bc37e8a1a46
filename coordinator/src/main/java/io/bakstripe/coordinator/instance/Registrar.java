package io.bakstripe.coordinator.instance;

import io.bakstripe.coordinator.journal.CallKey;
import io.bakstripe.coordinator.journal.InstanceEvent;
import io.bakstripe.coordinator.journal.InstanceEvent.RegistrationVoided;
import io.bakstripe.coordinator.journal.InstanceEvent.SlotReleased;
import io.bakstripe.coordinator.journal.InstanceEvent.TaskRegistered;
import io.bakstripe.coordinator.journal.InstanceEvent.TidyingAwaited;
import io.bakstripe.coordinator.journal.InstanceEvent.TidyingEnded;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.message.DatabaseCommand;
import io.bakstripe.protocol.message.DatabaseCommand.NotRegistered;
import io.bakstripe.protocol.message.DatabaseCommand.Registered;
import io.bakstripe.protocol.message.InstanceCommand.ProbeAnswer;
import io.bakstripe.protocol.message.InstanceCommand.Register;
import io.bakstripe.protocol.message.InstanceCommand.ReleaseSlot;
import io.bakstripe.protocol.message.InstanceCommand.TaskKnowledge;
import io.bakstripe.protocol.name.TaskId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Decides about registrations and slots. Every decision gives the same answer when its question comes again. */
final class Registrar {
    private Registrar() {}

    /** What to record, and what to answer once that is done. */
    record Answer(Optional<InstanceEvent> event, DatabaseCommand reply) {}

    static Answer register(InstanceRecord state, Register question, Instant now) {
        Optional<Registration> known = state.ofSubmission(question.submission());
        if (known.isPresent()) {
            return new Answer(
                    Optional.empty(),
                    new Registered(question.submission(), known.get().task()));
        }
        Optional<UsedKey> used = question.key().flatMap(key -> state.usedKey(key.key(), now));
        // A snapshot that is wanted is recorded already: that another call took its key meanwhile comes too late for
        // it.
        if (used.isPresent() && !question.snapshot()) {
            boolean same = RoutingRules.sameCall(used.get(), question.key());
            return new Answer(
                    Optional.empty(),
                    new NotRegistered(
                            question.submission(),
                            same ? Optional.empty() : Optional.of(BackupError.IDEMPOTENCY_KEY_REUSED.problem()),
                            same ? Optional.of(used.get().task()) : Optional.empty()));
        }
        TaskId task = new TaskId(state.lastTask() + 1);
        return new Answer(
                Optional.of(new TaskRegistered(
                        task,
                        question.database(),
                        question.display(),
                        question.submission(),
                        question.key().filter(key -> used.isEmpty()).map(key -> new CallKey(key.key(), key.bodyHash())),
                        question.restore(),
                        now,
                        question.snapshot())),
                new Registered(question.submission(), task));
    }

    /**
     * What the end of a task changes. Whether it left something counts only while the registration is open: a message that comes late must not
     * undo what {@link #tidied} recorded.
     */
    static List<InstanceEvent> release(InstanceRecord state, ReleaseSlot release, Instant now) {
        Optional<Registration> known = state.find(release.task());
        if (known.isEmpty()) {
            return List.of();
        }
        SlotReleased released = new SlotReleased(release.task(), now);
        return release.leftovers()
                ? List.of(
                        released, new TidyingAwaited(release.task(), known.get().database(), now))
                : List.of(released);
    }

    static List<InstanceEvent> tidied(InstanceRecord state, TaskId task, Instant now) {
        return state.untidy(task) ? List.of(new TidyingEnded(task, now)) : List.of();
    }

    /** What the owner's answer changes: an ended task is closed, a registration without a task is void once it is old enough. */
    static Optional<InstanceEvent> answered(InstanceRecord state, ProbeAnswer answer, Duration youngest, Instant now) {
        return state.find(answer.task()).flatMap(known -> {
            if (answer.knowledge() == TaskKnowledge.ENDED) {
                return Optional.of(new SlotReleased(known.task(), now));
            }
            boolean old = !now.isBefore(known.at().plus(youngest));
            return answer.knowledge() == TaskKnowledge.UNKNOWN && old
                    ? Optional.of(new RegistrationVoided(known.task(), now))
                    : Optional.<InstanceEvent>empty();
        });
    }
}
