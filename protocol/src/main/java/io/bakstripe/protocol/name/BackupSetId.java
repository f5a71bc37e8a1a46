package io.bakstripe.protocol.name;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.UUID;

/** Identifies one backup set for ever; every stripe of the set carries it in its header and in its object's metadata. */
public record BackupSetId(@JsonValue UUID value) {

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public BackupSetId {}

    @Override
    public String toString() {
        return value.toString();
    }
}
