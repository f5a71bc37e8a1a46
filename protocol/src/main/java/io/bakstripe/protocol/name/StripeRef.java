package io.bakstripe.protocol.name;

import java.util.List;

/**
 * Addresses the worker of one stripe in one attempt.
 *
 * @param stripe the media family number, 1 for the first
 */
public record StripeRef(AttemptRef attempt, int stripe) {

    public StripeRef {
        if (stripe < 1) {
            throw new IllegalArgumentException("stripe must be positive: " + stripe);
        }
    }

    public String entityId() {
        return EntityIds.join(attempt.instance(), attempt.task(), attempt.attempt(), stripe);
    }

    public static StripeRef parse(String entityId) {
        List<String> parts = EntityIds.split(entityId, 4);
        return new StripeRef(
                new AttemptRef(
                        new InstanceName(parts.get(0)),
                        new TaskId(Long.parseLong(parts.get(1))),
                        Integer.parseInt(parts.get(2))),
                Integer.parseInt(parts.get(3)));
    }
}
