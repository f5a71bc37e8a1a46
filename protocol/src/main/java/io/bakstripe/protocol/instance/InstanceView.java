package io.bakstripe.protocol.instance;

import io.bakstripe.protocol.name.InstanceName;

/**
 * What a task needs to know of its instance, as it was when the call was checked.
 *
 * @param compression the switch {@code S3 backup compression} (row K1)
 */
public record InstanceView(InstanceDefinition definition, boolean compression) {
    public InstanceName name() {
        return definition.name();
    }
}
