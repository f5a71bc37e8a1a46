package io.bakstripe.api.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.bakstripe.protocol.error.Problem;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A problem as RFC 9457 writes it.
 *
 * @param type a URI that stands for the code; there is nothing behind it
 * @param title the kind of problem, the same for every problem of this code
 * @param code stable, for example {@code BAK-2101}
 * @param messageNumber the number that SQL Server gives the message in {@code detail}, left out where the message is not one of its own
 * @param hint what to do
 * @param parameter the parameter at fault, left out where none is
 * @param results what the statements before the one that failed answered; only for T-SQL text
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
@JsonPropertyOrder({"type", "title", "status", "detail", "code", "message_number", "hint", "parameter", "results"})
record ProblemDocument(
        String type,
        String title,
        int status,
        String detail,
        String code,
        @JsonProperty("message_number") OptionalInt messageNumber,
        String hint,
        Optional<String> parameter,
        Optional<List<Rows>> results) {

    static ProblemDocument of(Problem problem) {
        String name = problem.error().name().replace('_', ' ').toLowerCase(Locale.ROOT);
        return new ProblemDocument(
                "urn:bakstripe:error:" + problem.error().code(),
                name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1),
                problem.error().category().status(),
                problem.detail(),
                problem.error().code(),
                problem.error().serverMessage(),
                problem.hint(),
                problem.parameter(),
                Optional.empty());
    }

    /** The same document with the status that the HTTP layer below chose. */
    ProblemDocument withStatus(int otherStatus) {
        return new ProblemDocument(type, title, otherStatus, detail, code, messageNumber, hint, parameter, results);
    }

    /** The same document with the results of the statements that ran before. */
    ProblemDocument after(List<Rows> results) {
        return new ProblemDocument(
                type, title, status, detail, code, messageNumber, hint, parameter, Optional.of(results));
    }
}
