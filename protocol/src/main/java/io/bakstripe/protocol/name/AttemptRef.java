package io.bakstripe.protocol.name;

import java.util.List;

/**
 * Addresses one attempt at a task: what a backup session or a restore worker belongs to.
 *
 * @param attempt 1 for the first attempt
 */
public record AttemptRef(InstanceName instance, TaskId task, int attempt) {

    public AttemptRef {
        if (attempt < 1) {
            throw new IllegalArgumentException("attempt must be positive: " + attempt);
        }
    }

    public String entityId() {
        return EntityIds.join(instance, task, attempt);
    }

    public static AttemptRef parse(String entityId) {
        List<String> parts = EntityIds.split(entityId, 3);
        return new AttemptRef(
                new InstanceName(parts.get(0)),
                new TaskId(Long.parseLong(parts.get(1))),
                Integer.parseInt(parts.get(2)));
    }

    /** Stripe {@code number} of this attempt, 1 for the first. */
    public StripeRef stripe(int number) {
        return new StripeRef(this, number);
    }
}
