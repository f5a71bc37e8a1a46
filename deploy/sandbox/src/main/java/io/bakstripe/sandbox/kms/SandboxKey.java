package io.bakstripe.sandbox.kms;

import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * One key.
 *
 * @param id a UUID
 * @param alias without the word {@code alias/}
 * @param material 256 bits, base64; of keys of the kinds that seal nothing here, too. Masked in {@link #toString()}
 */
public record SandboxKey(
        String id, String alias, String region, Kind kind, State state, Instant created, String material) {
    static final String ACCOUNT = "123456789012";

    /** What may be done with a key. */
    public enum Kind {
        SYMMETRIC,
        /** An RSA key; described, and refused for everything else. */
        ASYMMETRIC,
        /** The account's default key for S3: described, but its policy lets only S3 itself use it. */
        AWS_MANAGED
    }

    /** As DescribeKey names them. */
    public enum State {
        ENABLED("Enabled"),
        DISABLED("Disabled"),
        PENDING_DELETION("PendingDeletion");

        private final String text;

        State(String text) {
            this.text = text;
        }

        String text() {
            return text;
        }
    }

    /** Reads what {@link #toMap()} has made of a key. */
    static SandboxKey read(JsonNode json) {
        return new SandboxKey(
                json.required("id").asString(),
                json.required("alias").asString(),
                json.required("region").asString(),
                Kind.valueOf(json.required("kind").asString()),
                State.valueOf(json.required("state").asString()),
                Instant.parse(json.required("created").asString()),
                json.required("material").asString());
    }

    /** For a JSON writer. */
    Map<String, String> toMap() {
        return Map.of(
                "id", id,
                "alias", alias,
                "region", region,
                "kind", kind.name(),
                "state", state.name(),
                "created", created.toString(),
                "material", material);
    }

    public String arn() {
        return "arn:aws:kms:" + region + ":" + ACCOUNT + ":key/" + id;
    }

    String aliasArn() {
        return "arn:aws:kms:" + region + ":" + ACCOUNT + ":alias/" + alias;
    }

    byte[] secret() {
        return Base64.getDecoder().decode(material);
    }

    SandboxKey in(State other) {
        return new SandboxKey(id, alias, region, kind, other, created, material);
    }

    @Override
    public String toString() {
        return "SandboxKey[" + arn() + ", " + kind + ", " + state + "]";
    }
}
