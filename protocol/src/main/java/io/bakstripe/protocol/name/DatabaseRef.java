package io.bakstripe.protocol.name;

import java.util.List;

/**
 * Addresses one database's coordinator.
 *
 * @param folded {@link DatabaseName#folded()}: names that differ only by case or accent address one entity
 */
public record DatabaseRef(InstanceName instance, String folded) {

    public static DatabaseRef of(InstanceName instance, DatabaseName name) {
        return new DatabaseRef(instance, name.folded());
    }

    public String entityId() {
        return EntityIds.join(instance, folded);
    }

    public static DatabaseRef parse(String entityId) {
        List<String> parts = EntityIds.split(entityId, 2);
        return new DatabaseRef(new InstanceName(parts.get(0)), parts.get(1));
    }
}
