package io.bakstripe.sandbox.kms;

/** An answer other than what was asked for; always with status 400, as KMS has it for what is the caller's affair. */
final class KeyRefusal extends Exception {
    private static final long serialVersionUID = 1L;

    private final String code;

    KeyRefusal(String code, String message) {
        super(message);
        this.code = code;
    }

    static KeyRefusal invalid(String message) {
        return new KeyRefusal("ValidationException", message);
    }

    static KeyRefusal notFound(String message) {
        return new KeyRefusal("NotFoundException", message);
    }

    static KeyRefusal denied(String user, String operation, String resource, String kind) {
        return new KeyRefusal(
                "AccessDeniedException",
                "User: %s is not authorized to perform: kms:%s on resource: %s because no %s-based policy allows the kms:%s action"
                        .formatted(user, operation, resource, kind, operation));
    }

    String code() {
        return code;
    }

    String text() {
        return String.valueOf(getMessage());
    }
}
