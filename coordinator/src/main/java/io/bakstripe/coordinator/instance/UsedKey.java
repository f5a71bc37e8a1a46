package io.bakstripe.coordinator.instance;

import io.bakstripe.coordinator.journal.CallKey;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.name.TaskId;
import java.time.Instant;

/** An idempotency key that a registration used; kept for {@link InstanceRecord#KEY_WINDOW}. */
record UsedKey(CallKey key, TaskId task, DatabaseRef database, Instant at) {}
