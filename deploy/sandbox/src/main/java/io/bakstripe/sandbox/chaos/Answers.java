package io.bakstripe.sandbox.chaos;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Answers that the gateway gives in the store's stead. */
final class Answers {
    static final byte[] CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private static final String ERROR = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>%s</Code>"
            + "<Message>%s</Message><RequestId>chaos</RequestId></Error>";
    private static final String TOKEN_ERROR = "<ErrorResponse><Error><Type>Sender</Type><Code>%s</Code>"
            + "<Message>%s</Message></Error><RequestId>chaos</RequestId></ErrorResponse>";

    private static final String KEY_ERROR = "{\"__type\":\"%s\",\"message\":\"%s\"}";

    private Answers() {}

    /** The error code that a service mostly sends with a status; of the key service to requests about keys. */
    static String usualCode(int status, Action action) {
        return action.isOfKeys() ? usualCodeOfKeys(status) : usualCode(status);
    }

    private static String usualCodeOfKeys(int status) {
        return switch (status) {
            case 400, 429 -> "ThrottlingException";
            case 403 -> "AccessDeniedException";
            case 404 -> "NotFoundException";
            default -> status < 500 ? "ValidationException" : "KMSInternalException";
        };
    }

    /** The error code that S3 mostly sends with a status. */
    static String usualCode(int status) {
        return switch (status) {
            case 403 -> "AccessDenied";
            case 404 -> "NoSuchKey";
            case 409 -> "ConditionalRequestConflict";
            case 411 -> "MissingContentLength";
            case 412 -> "PreconditionFailed";
            case 503 -> "SlowDown";
            default -> status < 500 ? "InvalidRequest" : "InternalError";
        };
    }

    private static String message(String code) {
        return switch (code) {
            case "AccessDenied" -> "Access Denied";
            case "SlowDown" -> "Please reduce your request rate.";
            case "ThrottlingException" ->
                "You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls.";
            case "InternalError" -> "We encountered an internal error. Please try again.";
            case "ConditionalRequestConflict" ->
                "The conditional request cannot succeed due to a conflicting operation against this resource.";
            case "PreconditionFailed" -> "At least one of the pre-conditions you specified did not hold";
            default -> "The request was refused by the script.";
        };
    }

    /** Sends an error; an answer to HEAD has no body. */
    static void error(OutputStream out, RequestHead head, int status, String code) throws IOException {
        Action action = Call.of(head).action();
        String form = action.isOfKeys() ? KEY_ERROR : action == Action.ASSUME_ROLE ? TOKEN_ERROR : ERROR;
        byte[] body = form.formatted(code, message(code)).getBytes(StandardCharsets.UTF_8);
        boolean bodiless = head.method().equals("HEAD");
        out.write(new MessageHeaders(List.of(
                        "Content-Type: application/" + (action.isOfKeys() ? "x-amz-json-1.1" : "xml"),
                        "Content-Length: " + (bodiless ? 0 : body.length)))
                .toBytes("HTTP/1.1 " + status + " " + code));
        if (!bodiless) {
            out.write(body);
        }
        out.flush();
    }
}
