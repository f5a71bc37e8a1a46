package io.bakstripe.sandbox.kms;

import java.io.IOException;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** What each call makes of the keys: the body of its answer, for a JSON writer. Thread-safe. */
final class KeyOperations {
    private static final int MOST_PLAIN_BYTES = 4096;
    private static final int MOST_SEALED_BYTES = 6144;
    private static final Duration TO_DELETION = Duration.ofDays(30);

    private final KeyRing ring;
    private final RandomGenerator random;

    /** @param random makes data keys and nonces; thread-safe */
    KeyOperations(KeyRing ring, RandomGenerator random) {
        this.ring = ring;
        this.random = random;
    }

    Map<String, Object> carryOut(KeyCall call) throws KeyRefusal, IOException {
        return switch (call.operation()) {
            case "DescribeKey" -> Map.of("KeyMetadata", metadata(ring.find(call.keyName())));
            case "GenerateDataKey" -> generateDataKey(call);
            case "Encrypt" -> encrypt(call);
            case "Decrypt" -> decrypt(call);
            case "ListKeys" -> listKeys();
            case "ListAliases" -> listAliases();
            case "EnableKey" -> put(call, SandboxKey.State.ENABLED);
            case "DisableKey" -> put(call, SandboxKey.State.DISABLED);
            default -> throw KeyCall.unknown();
        };
    }

    /** The ARN of the key that a call is about, as far as it says so. */
    String resource(KeyCall call) {
        Optional<String> named = call.keyNameIfGiven()
                .or(() -> Seal.keyOf(Base64.getMimeDecoder()
                        .decode(call.body().path("CiphertextBlob").asString(""))));
        try {
            return named.isEmpty() ? "*" : ring.find(named.get()).arn();
        } catch (KeyRefusal unknown) {
            return named.orElse("*");
        }
    }

    private Map<String, Object> generateDataKey(KeyCall call) throws KeyRefusal {
        SandboxKey key = usable(ring.find(call.keyName()), call);
        byte[] plain = new byte[call.dataKeyBytes()];
        random.nextBytes(plain);
        return Map.of(
                "KeyId", key.arn(),
                "Plaintext", base64(plain),
                "CiphertextBlob", base64(Seal.close(key, call.context(), plain, random)));
    }

    private Map<String, Object> encrypt(KeyCall call) throws KeyRefusal {
        SandboxKey key = usable(ring.find(call.keyName()), call);
        byte[] sealed = Seal.close(key, call.context(), call.bytes("Plaintext", MOST_PLAIN_BYTES), random);
        return Map.of("KeyId", key.arn(), "CiphertextBlob", base64(sealed), "EncryptionAlgorithm", "SYMMETRIC_DEFAULT");
    }

    private Map<String, Object> decrypt(KeyCall call) throws KeyRefusal {
        byte[] blob = call.bytes("CiphertextBlob", MOST_SEALED_BYTES);
        Optional<SandboxKey> named = Optional.empty();
        if (call.keyNameIfGiven().isPresent()) {
            named = Optional.of(usable(ring.find(call.keyName()), call));
        }
        String id = Seal.keyOf(blob).orElseThrow(KeyOperations::invalidCiphertext);
        SandboxKey key = ring.here().stream()
                .filter(one -> one.id().equals(id))
                .findFirst()
                .orElseThrow(KeyOperations::invalidCiphertext);
        if (named.isPresent() && !named.get().id().equals(id)) {
            throw new KeyRefusal(
                    "IncorrectKeyException",
                    "The key ID in the request does not identify a CMK that can perform this operation.");
        }
        byte[] plain = Seal.open(usable(key, call), call.context(), blob).orElseThrow(KeyOperations::invalidCiphertext);
        return Map.of("KeyId", key.arn(), "Plaintext", base64(plain), "EncryptionAlgorithm", "SYMMETRIC_DEFAULT");
    }

    private static KeyRefusal invalidCiphertext() {
        return new KeyRefusal("InvalidCiphertextException", "");
    }

    private static SandboxKey usable(SandboxKey key, KeyCall call) throws KeyRefusal {
        if (key.kind() == SandboxKey.Kind.AWS_MANAGED) {
            throw KeyRefusal.denied(call.user(), call.operation(), key.arn(), "resource");
        }
        if (key.kind() == SandboxKey.Kind.ASYMMETRIC || call.isForOtherAlgorithm()) {
            throw new KeyRefusal(
                    "InvalidKeyUsageException",
                    key.arn() + " key usage or key spec is not valid for " + call.operation() + ".");
        }
        switch (key.state()) {
            case DISABLED -> throw new KeyRefusal("DisabledException", key.arn() + " is disabled.");
            case PENDING_DELETION ->
                throw new KeyRefusal("KMSInvalidStateException", key.arn() + " is pending deletion.");
            case ENABLED -> {
                return key;
            }
        }
        throw new AssertionError(key.state());
    }

    private Map<String, Object> put(KeyCall call, SandboxKey.State state) throws KeyRefusal, IOException {
        SandboxKey key = ring.find(call.keyName());
        if (key.state() == SandboxKey.State.PENDING_DELETION) {
            throw new KeyRefusal("KMSInvalidStateException", key.arn() + " is pending deletion.");
        }
        ring.put(key, state);
        return Map.of();
    }

    private Map<String, Object> listKeys() {
        List<Map<String, String>> listed = ring.here().stream()
                .map(key -> Map.of("KeyId", key.id(), "KeyArn", key.arn()))
                .toList();
        return Map.of("Keys", listed, "Truncated", false);
    }

    private Map<String, Object> listAliases() {
        List<Map<String, String>> listed = ring.here().stream()
                .map(key -> Map.of(
                        "AliasName", "alias/" + key.alias(),
                        "AliasArn", key.aliasArn(),
                        "TargetKeyId", key.id()))
                .toList();
        return Map.of("Aliases", listed, "Truncated", false);
    }

    private static Map<String, Object> metadata(SandboxKey key) {
        boolean symmetric = key.kind() != SandboxKey.Kind.ASYMMETRIC;
        String spec = symmetric ? "SYMMETRIC_DEFAULT" : "RSA_2048";
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("AWSAccountId", SandboxKey.ACCOUNT);
        metadata.put("KeyId", key.id());
        metadata.put("Arn", key.arn());
        metadata.put("CreationDate", key.created().getEpochSecond());
        metadata.put("Enabled", key.state() == SandboxKey.State.ENABLED);
        metadata.put("Description", "alias/" + key.alias());
        metadata.put("KeyUsage", "ENCRYPT_DECRYPT");
        metadata.put("KeyState", key.state().text());
        if (key.state() == SandboxKey.State.PENDING_DELETION) {
            metadata.put("DeletionDate", key.created().plus(TO_DELETION).getEpochSecond());
        }
        metadata.put("Origin", "AWS_KMS");
        metadata.put("KeyManager", key.kind() == SandboxKey.Kind.AWS_MANAGED ? "AWS" : "CUSTOMER");
        metadata.put("CustomerMasterKeySpec", spec);
        metadata.put("KeySpec", spec);
        metadata.put(
                "EncryptionAlgorithms",
                symmetric ? List.of("SYMMETRIC_DEFAULT") : List.of("RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"));
        metadata.put("MultiRegion", false);
        return metadata;
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }
}
