package io.bakstripe.sandbox.kms;

import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A call that was read, but not judged.
 *
 * @param operation as in {@code TrentService.Decrypt}, without the service
 * @param user the ARN of whoever signed it
 */
record KeyCall(String operation, String user, JsonNode body) {
    private static final String SERVICE = "TrentService.";
    private static final int MOST_BYTES = 1024;

    /** @param target the header {@code X-Amz-Target} */
    static KeyCall read(Optional<String> target, String user, byte[] body) throws KeyRefusal {
        String operation = target.filter(name -> name.startsWith(SERVICE))
                .map(name -> name.substring(SERVICE.length()))
                .orElseThrow(KeyCall::unknown);
        try {
            JsonNode json = new JsonMapper().readTree(body);
            if (!json.isObject()) {
                throw new KeyRefusal("SerializationException", "an object is expected");
            }
            return new KeyCall(operation, user, json);
        } catch (JacksonException wrong) {
            throw new KeyRefusal("SerializationException", wrong.getOriginalMessage());
        }
    }

    static KeyRefusal unknown() {
        return new KeyRefusal("UnknownOperationException", "The operation is not known to this sandbox");
    }

    String keyName() throws KeyRefusal {
        return keyNameIfGiven()
                .orElseThrow(
                        () -> KeyRefusal.invalid(
                                "1 validation error detected: Value at 'keyId' failed to satisfy constraint: Member must not be null"));
    }

    Optional<String> keyNameIfGiven() {
        return Optional.of(body.path("KeyId").asString("")).filter(name -> !name.isEmpty());
    }

    Map<String, String> context() throws KeyRefusal {
        Map<String, String> context = new TreeMap<>();
        for (Map.Entry<String, JsonNode> entry : body.path("EncryptionContext").properties()) {
            if (!entry.getValue().isString()) {
                throw new KeyRefusal("SerializationException", "EncryptionContext maps text to text");
            }
            context.put(entry.getKey(), entry.getValue().asString());
        }
        return context;
    }

    /** Bytes under this name; at least one and at most this many. */
    byte[] bytes(String name, int most) throws KeyRefusal {
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(body.path(name).asString(""));
        } catch (IllegalArgumentException wrong) {
            throw new KeyRefusal("SerializationException", name + " is no base64");
        }
        if (bytes.length < 1 || bytes.length > most) {
            throw KeyRefusal.invalid(
                    "1 validation error detected: Value at '%s' failed to satisfy constraint: Member must have length between 1 and %d"
                            .formatted(name, most));
        }
        return bytes;
    }

    /** How long a data key is asked for, in bytes. */
    int dataKeyBytes() throws KeyRefusal {
        OptionalInt spec = switch (body.path("KeySpec").asString("")) {
            case "AES_256" -> OptionalInt.of(32);
            case "AES_128" -> OptionalInt.of(16);
            case "" -> OptionalInt.empty();
            default -> throw KeyRefusal.invalid("KeySpec must be AES_256 or AES_128");
        };
        if (spec.isPresent() == body.has("NumberOfBytes")) {
            throw KeyRefusal.invalid("Please specify either number of bytes or key spec.");
        }
        int bytes = spec.orElseGet(() -> body.path("NumberOfBytes").asInt(0));
        if (bytes < 1 || bytes > MOST_BYTES) {
            throw KeyRefusal.invalid("NumberOfBytes must be 1 to " + MOST_BYTES);
        }
        return bytes;
    }

    /** Whether another algorithm than that of symmetric keys is asked for. */
    boolean isForOtherAlgorithm() {
        return !body.path("EncryptionAlgorithm").asString("SYMMETRIC_DEFAULT").equals("SYMMETRIC_DEFAULT");
    }
}
