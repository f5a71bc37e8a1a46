package io.bakstripe.api.cli;

import java.util.Optional;
import java.util.OptionalInt;

/** The server refused a call, or did not answer it: what it said of that. */
public final class ApiRefusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String code;
    private final String hint;
    private final String document;
    // Optionals are not serialisable; 0 is no number of a message.
    private final int messageNumber;

    /**
     * @param status the HTTP status; 0 when there was no answer
     * @param code the catalogue's code; empty when the answer had none
     * @param messageNumber SQL Server's number of the message; empty where it has none
     * @param document the problem document as it came; empty when there was none
     */
    ApiRefusal(int status, String code, OptionalInt messageNumber, String detail, String hint, String document) {
        super(detail);
        this.status = status;
        this.code = code;
        this.hint = hint;
        this.document = document;
        this.messageNumber = messageNumber.orElse(0);
    }

    /** The HTTP status; 0 when there was no answer. */
    public int status() {
        return status;
    }

    /** For example {@code BAK-2101}; empty when the answer had none. */
    public Optional<String> code() {
        return Optional.of(code).filter(text -> !text.isEmpty());
    }

    /** SQL Server's number of the message; empty where it has none. */
    public OptionalInt messageNumber() {
        return messageNumber == 0 ? OptionalInt.empty() : OptionalInt.of(messageNumber);
    }

    /** {@code error}, code and number as far as there are some, and the message: how it is shown to people. */
    public String shown() {
        StringBuilder shown = new StringBuilder("error");
        code().ifPresent(known -> shown.append(' ').append(known));
        messageNumber()
                .ifPresent(number -> shown.append(" (message ").append(number).append(')'));
        return shown.append(code().isPresent() ? ": " : " ").append(detail()).toString();
    }

    /** What to do. */
    public Optional<String> hint() {
        return Optional.of(hint).filter(text -> !text.isEmpty());
    }

    /** What is wrong. */
    public String detail() {
        return String.valueOf(getMessage());
    }

    /** The problem document as it came, as JSON. */
    public Optional<String> document() {
        return Optional.of(document).filter(text -> !text.isEmpty());
    }

    /** True when asking again may be answered: there was no answer, or one that says so. */
    public boolean transientFailure() {
        return status == 0 || status == 502 || status == 503;
    }
}
