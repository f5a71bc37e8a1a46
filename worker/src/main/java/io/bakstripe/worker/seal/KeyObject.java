package io.bakstripe.worker.seal;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.BakstripeException;
import io.bakstripe.protocol.name.BackupSetId;
import io.bakstripe.protocol.name.KeyArn;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.worker.key.EncryptionContext;
import io.bakstripe.worker.key.WrappedKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * What {@code <file>.keys} holds: the wrapped data keys of the files in mode 2 that have, had, or were about to have that name; {@code docs/format.md}, part 5.2. A file says in its
 * preamble which entry is its own. No secret.
 *
 * @param files newest first, each data key once; at most {@link #MAX_FILES}
 */
public record KeyObject(List<Entry> files) {
    /** What a key object's name has more than its file's. */
    public static final String SUFFIX = ".keys";

    /** The most bytes that it may have. */
    public static final int MAX_BYTES = 1 << 20;

    /** The most entries; the oldest ones go. */
    public static final int MAX_FILES = 100;

    private static final int FORMAT = 1;

    private static final ObjectMapper JSON = JsonMapper.builder()
            .addModule(new JavaTimeModule())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .serializationInclusion(JsonInclude.Include.NON_ABSENT)
            .build();

    /** {@link IllegalArgumentException} for a data key that is there twice and for too many entries. */
    public KeyObject {
        files = List.copyOf(files);
        if (files.stream().map(Entry::dataKeyId).distinct().count() != files.size()) {
            throw new IllegalArgumentException("a data key has two entries");
        }
        if (files.size() > MAX_FILES) {
            throw new IllegalArgumentException(files.size() + " entries");
        }
    }

    /** One without entries, where there is none yet. */
    public static KeyObject empty() {
        return new KeyObject(List.of());
    }

    /** The name of a file's key object; throws with {@code ARN_MALFORMED} when the file's name leaves no room for the suffix. */
    public static S3Arn of(S3Arn file) {
        return file.withKey(file.key() + SUFFIX);
    }

    /** Whether an object of this name is a key object, and so never a stripe. */
    public static boolean isNamedSo(S3Arn object) {
        return object.key().endsWith(SUFFIX);
    }

    /** The entry of this data key. */
    public Optional<Entry> entry(UUID dataKeyId) {
        return files.stream()
                .filter(entry -> entry.dataKeyId().equals(dataKeyId))
                .findFirst();
    }

    /**
     * With this entry in the place of the one with the same data key, or else in front. Where there are too many entries or bytes then, the last of the others go.
     *
     * <p>{@link IllegalArgumentException} for an entry that alone is too large.
     */
    public KeyObject with(Entry entry) {
        List<Entry> all = new ArrayList<>(files);
        all.replaceAll(other -> other.dataKeyId().equals(entry.dataKeyId()) ? entry : other);
        if (!all.contains(entry)) {
            all.add(0, entry);
        }
        while (all.size() > MAX_FILES || encoded(all).length > MAX_BYTES) {
            if (all.size() == 1) {
                throw new IllegalArgumentException("the keys of one file have more than " + MAX_BYTES + " bytes");
            }
            int last = all.size() - 1;
            all.remove(all.get(last).equals(entry) ? last - 1 : last);
        }
        return new KeyObject(all);
    }

    /** As it is stored. */
    public byte[] toBytes() {
        return encoded(files);
    }

    private static byte[] encoded(List<Entry> files) {
        try {
            return JSON.writeValueAsBytes(new Stored(FORMAT, files));
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    /**
     * Reads one. Throws with {@code KEY_OBJECT_NEWER} for a format that this program does not know and with {@code KEY_OBJECT_DAMAGED} for anything that is not whole; whoever
     * meets either leaves the object as it is.
     *
     * @param object its own name, for texts
     * @param bytes from the position on, which is not moved
     */
    public static KeyObject read(S3Arn object, ByteBuffer bytes) {
        if (bytes.remaining() > MAX_BYTES) {
            throw unfit(object, bytes.remaining());
        }
        byte[] copy = new byte[bytes.remaining()];
        bytes.duplicate().get(copy);
        try {
            JsonNode json = JSON.readTree(copy);
            JsonNode format = json.path("format");
            if (!format.isIntegralNumber() || format.longValue() < FORMAT) {
                throw damaged(object, "it names no format");
            }
            if (format.longValue() != FORMAT) {
                throw BackupError.KEY_OBJECT_NEWER
                        .problem(object, format.asText(), FORMAT)
                        .asException();
            }
            return new KeyObject(JSON.treeToValue(json, Stored.class).files());
        } catch (BakstripeException refused) {
            throw refused;
        } catch (IOException | RuntimeException malformed) {
            // Values are checked by the constructors of what they become, each in its own way.
            throw BackupError.KEY_OBJECT_DAMAGED
                    .problem(object, "its JSON is not that of a key object")
                    .asException(malformed);
        }
    }

    /** The refusal of an object that has more bytes than are read, or none. */
    public static BakstripeException unfit(S3Arn object, long bytes) {
        return damaged(object, "it has " + bytes + " bytes");
    }

    private static BakstripeException damaged(S3Arn object, String reason) {
        return BackupError.KEY_OBJECT_DAMAGED.problem(object, reason).asException();
    }

    private record Stored(int format, List<Entry> files) {}

    /**
     * The keys of one file.
     *
     * @param dataKeyId as in the file's preamble
     * @param family from 1
     * @param createdAt when the data key was made
     * @param wrapped the data key, wrapped in one way or several; each alone opens the file; at least one
     */
    public record Entry(UUID dataKeyId, BackupSetId setId, int family, Instant createdAt, List<Wrapped> wrapped) {
        /** {@link IllegalArgumentException} without any wrapped key. */
        public Entry {
            wrapped = List.copyOf(wrapped);
            if (wrapped.isEmpty() || family < 1) {
                throw new IllegalArgumentException("no entry of a file");
            }
        }

        /** Of keys that a key service of AWS has wrapped. */
        public static Entry of(
                UUID dataKeyId, BackupSetId setId, int family, Instant createdAt, List<WrappedKey> wrapped) {
            return new Entry(
                    dataKeyId,
                    setId,
                    family,
                    createdAt,
                    wrapped.stream().map(Wrapped::of).toList());
        }

        /** Those that this program knows how to unwrap, in order. */
        public List<WrappedKey> keys() {
            return wrapped.stream().flatMap(one -> one.key().stream()).toList();
        }

        /** The same file with other wrapped keys; those of providers that this program does not know stay. */
        public Entry withKeys(List<WrappedKey> keys) {
            List<Wrapped> all = new ArrayList<>(keys.stream().map(Wrapped::of).toList());
            wrapped.stream().filter(one -> one.key().isEmpty()).forEach(all::add);
            return new Entry(dataKeyId, setId, family, createdAt, all);
        }
    }

    /**
     * A wrapped data key.
     *
     * @param provider {@code aws-kms}; others are kept and not looked at
     * @param keyArn as the provider names its keys
     * @param ciphertext base64
     */
    public record Wrapped(String provider, String keyArn, Map<String, String> encryptionContext, String ciphertext) {
        private static final String AWS_KMS = "aws-kms";

        /** {@link IllegalArgumentException}, or {@code KEY_ARN_MALFORMED}, when it is of KMS and no wrapped key. */
        public Wrapped {
            encryptionContext = Map.copyOf(encryptionContext);
            unwrappable(provider, keyArn, encryptionContext, ciphertext);
        }

        static Wrapped of(WrappedKey key) {
            return new Wrapped(AWS_KMS, key.key().toString(), key.context().entries(), key.ciphertext());
        }

        Optional<WrappedKey> key() {
            return unwrappable(provider, keyArn, encryptionContext, ciphertext);
        }

        private static Optional<WrappedKey> unwrappable(
                String provider, String keyArn, Map<String, String> context, String ciphertext) {
            return provider.equals(AWS_KMS)
                    ? Optional.of(new WrappedKey(KeyArn.parse(keyArn), new EncryptionContext(context), ciphertext))
                    : Optional.empty();
        }
    }
}
