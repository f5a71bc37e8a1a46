package io.bakstripe.worker.key.envelope;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.BakstripeException;
import io.bakstripe.protocol.name.KeyArn;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.worker.key.EncryptionContext;
import io.bakstripe.worker.key.WrappedKey;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What stands beside an encrypted file, in its object's user metadata: those of the Amazon S3 encryption client in Encryption-Only mode (row L15).
 *
 * @param wrapped the data key, base64
 * @param context that it opens with, exactly
 * @param iv of the stream
 */
public record Envelope(String wrapped, EncryptionContext context, CipherBlock iv) {
    private static final String KEY = "x-amz-key-v2";
    private static final String IV = "x-amz-iv";
    private static final String CONTENT = "x-amz-cek-alg";
    private static final String WRAP = "x-amz-wrap-alg";
    private static final String CONTEXT = "x-amz-matdesc";

    private static final String CBC = "AES/CBC/PKCS5Padding";
    private static final String KMS = "kms";

    /** Of the clients' first format, whose keys no key service has wrapped. */
    private static final String OLD_KEY = "x-amz-key";

    private static final ObjectMapper JSON = new ObjectMapper();

    public static Envelope of(WrappedKey wrapped, CipherBlock iv) {
        return new Envelope(wrapped.ciphertext(), wrapped.context(), iv);
    }

    /** The wrapped key to be opened with this key: the one that the caller names, whatever name for it the file has. */
    public WrappedKey wrappedWith(KeyArn key) {
        return new WrappedKey(key, context, wrapped);
    }

    /** The key that the file says it was wrapped with; throws with {@code ENVELOPE_DAMAGED} where it names none. */
    public KeyArn key(S3Arn file) {
        return Optional.ofNullable(context.entries().get("kms_cmk_id"))
                .map(KeyArn::parse)
                .orElseThrow(() -> damaged(file, "it names no key"));
    }

    /** As user metadata, without {@code x-amz-meta-} before the names. */
    public Map<String, String> toMetadata() {
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put(KEY, wrapped);
        metadata.put(IV, Base64.getEncoder().encodeToString(iv.toBytes()));
        metadata.put(CONTENT, CBC);
        metadata.put(WRAP, KMS);
        metadata.put(CONTEXT, json(context));
        return metadata;
    }

    private static String json(EncryptionContext context) {
        try {
            return JSON.writeValueAsString(new TreeMap<>(context.entries()));
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("texts are always JSON", impossible);
        }
    }

    /** Whether metadata, without {@code x-amz-meta-} before the names, are those of a file that such a client has encrypted, in whatever way. */
    public static boolean isIn(Map<String, String> metadata) {
        return metadata.containsKey(KEY) || metadata.containsKey(OLD_KEY);
    }

    /**
     * Reads metadata of which {@link #isIn} holds. Throws with {@code ENVELOPE_FOREIGN} when the file was encrypted in another way, and with
     * {@code ENVELOPE_DAMAGED} when the metadata are not whole.
     *
     * @param file for texts
     */
    public static Envelope read(S3Arn file, Map<String, String> metadata) {
        if (!metadata.containsKey(KEY)) {
            throw foreign(file, "its key was not wrapped by a key service");
        }
        requireEqual(file, metadata, CONTENT, CBC);
        requireEqual(file, metadata, WRAP, KMS);
        return new Envelope(base64(file, metadata, KEY), context(file, metadata), iv(file, metadata));
    }

    private static void requireEqual(S3Arn file, Map<String, String> metadata, String name, String value) {
        String found = required(file, metadata, name);
        if (!found.equals(value)) {
            throw foreign(file, name + " is " + found);
        }
    }

    private static String required(S3Arn file, Map<String, String> metadata, String name) {
        return Optional.ofNullable(metadata.get(name)).orElseThrow(() -> damaged(file, name + " is missing"));
    }

    private static String base64(S3Arn file, Map<String, String> metadata, String name) {
        String text = required(file, metadata, name);
        try {
            if (Base64.getDecoder().decode(text).length == 0) {
                throw damaged(file, name + " is empty");
            }
            return text;
        } catch (IllegalArgumentException wrong) {
            throw damaged(file, name + " is no base64");
        }
    }

    private static CipherBlock iv(S3Arn file, Map<String, String> metadata) {
        byte[] iv = Base64.getDecoder().decode(base64(file, metadata, IV));
        if (iv.length != CipherBlock.BYTES) {
            throw damaged(file, IV + " has " + iv.length + " bytes");
        }
        return CipherBlock.of(iv);
    }

    private static EncryptionContext context(S3Arn file, Map<String, String> metadata) {
        String text = required(file, metadata, CONTEXT);
        try {
            JsonNode json = JSON.readTree(text);
            if (!json.isObject()) {
                throw damaged(file, CONTEXT + " is no object");
            }
            Map<String, String> entries = new LinkedHashMap<>();
            for (Map.Entry<String, JsonNode> entry : json.properties()) {
                if (!entry.getValue().isTextual()) {
                    throw damaged(file, CONTEXT + " holds something other than texts");
                }
                entries.put(entry.getKey(), entry.getValue().textValue());
            }
            return new EncryptionContext(entries);
        } catch (JsonProcessingException wrong) {
            throw damaged(file, CONTEXT + " is no JSON");
        }
    }

    private static BakstripeException foreign(S3Arn file, String reason) {
        return BackupError.ENVELOPE_FOREIGN.problem(file, reason).asException();
    }

    private static BakstripeException damaged(S3Arn file, String reason) {
        return BackupError.ENVELOPE_DAMAGED.problem(file, reason).asException();
    }
}
