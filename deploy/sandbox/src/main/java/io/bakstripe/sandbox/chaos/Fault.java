package io.bakstripe.sandbox.chaos;

import java.util.Optional;
import java.util.OptionalLong;

/** What happens to a request. Offsets count bytes of the body; absent ones are drawn. */
sealed interface Fault {

    /** Nothing but the rule's delay. */
    record Delay() implements Fault {}

    /**
     * An answer with this status and error code.
     *
     * @param code absent for the usual one of the status
     * @param executed whether the store did what was asked before its answer was replaced
     */
    record ErrorAnswer(int status, Optional<String> code, boolean executed) implements Fault {
        public ErrorAnswer {
            if (status < 400 || status > 599) {
                throw new IllegalArgumentException("status must be 400 to 599, not " + status);
            }
        }
    }

    /** Status 200 with an error in the body, as S3 answers a completion that fails after it began to answer. */
    record ErrorInside(String code, boolean executed) implements Fault {}

    /** The connection is reset before the store learns of the request. */
    record Reset() implements Fault {}

    /** The request is executed; its answer is lost with the connection. */
    record Lost() implements Fault {}

    /** The store gets this many bytes of the body, then both connections break. */
    record CutUpload(OptionalLong bytes) implements Fault {}

    /** The client gets this many bytes of the answer's body, fewer than announced, then its connection breaks. */
    record Truncate(OptionalLong bytes) implements Fault {}

    /** One bit of an object's bytes is flipped on its way: up to the store or, in a read, down from it. */
    record FlipBit(OptionalLong offset) implements Fault {}

    /** The request is taken in whole and held until the script is replaced or ended; then it is executed, whether or not anyone still waits. */
    record Freeze() implements Fault {}

    /**
     * An object of someone else appears before the request is executed.
     *
     * @param at its key; absent for the key of the request
     */
    record ForeignObject(Optional<String> at) implements Fault {}
}
