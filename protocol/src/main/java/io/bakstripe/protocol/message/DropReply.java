package io.bakstripe.protocol.message;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.serialization.CborSerializable;

/** The answer to a call that drops a database. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "reply")
@JsonSubTypes({
    @JsonSubTypes.Type(value = DropReply.Dropped.class, name = "dropped"),
    @JsonSubTypes.Type(value = DropReply.Refused.class, name = "refused")
})
public sealed interface DropReply extends CborSerializable {
    /** Nothing of the database is left. */
    record Dropped(DatabaseName database) implements DropReply {}

    /** The database is as it was; after a failure of its host, part of its files may be gone and the call is to be repeated. */
    record Refused(Problem problem) implements DropReply {}
}
