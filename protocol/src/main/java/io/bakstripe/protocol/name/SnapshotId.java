package io.bakstripe.protocol.name;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.UUID;

/** Identifies one snapshot for ever. */
public record SnapshotId(@JsonValue UUID value) {

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public SnapshotId {}

    @Override
    public String toString() {
        return value.toString();
    }
}
