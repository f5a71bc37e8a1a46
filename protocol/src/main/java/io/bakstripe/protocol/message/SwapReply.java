package io.bakstripe.protocol.message;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.instance.KeptDatabase;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.serialization.CborSerializable;

/** The answer to a call that swaps a database with the one that is kept of it. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "reply")
@JsonSubTypes({
    @JsonSubTypes.Type(value = SwapReply.Swapped.class, name = "swapped"),
    @JsonSubTypes.Type(value = SwapReply.Refused.class, name = "refused")
})
public sealed interface SwapReply extends CborSerializable {
    /** @param kept the one that was served before */
    record Swapped(DatabaseName database, KeptDatabase kept) implements SwapReply {}

    /** The database is as it was, unless its host did not answer: then it is swapped as soon as it does. */
    record Refused(Problem problem) implements SwapReply {}
}
