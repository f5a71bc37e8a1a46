package io.bakstripe.coordinator.database;

import io.bakstripe.coordinator.journal.CallKey;
import io.bakstripe.protocol.task.TaskDetail;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/** A task that ended lately: kept so that it is shown before the history has it, and so that its call can be repeated safely. */
record EndedTask(TaskDetail detail, UUID submission, Optional<CallKey> key, Instant endedAt) {}
