package io.bakstripe.protocol.instance;

import io.bakstripe.protocol.name.KeyArn;
import io.bakstripe.protocol.procedure.BackupRequest;
import io.bakstripe.protocol.stripe.EncryptionMode;
import io.bakstripe.protocol.stripe.EncryptionSpec;
import io.bakstripe.protocol.stripe.Storage;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How an instance encrypts the files of backups that name a key (rows L15, B2), and what it opens. Backups that name none are not encrypted, whatever stands here.
 *
 * @param mode of backups that do not name one
 * @param additionalKeys that data keys are wrapped with besides the one that a call names, in {@link EncryptionMode#AUTHENTICATED} only, so that each of them opens the files; at most
 *     {@link #MAX_ADDITIONAL_KEYS}, none twice
 * @param requireAuthenticated whether native restores take files of {@link EncryptionMode#AUTHENTICATED} only
 */
public record InstanceEncryption(EncryptionMode mode, List<KeyArn> additionalKeys, boolean requireAuthenticated) {
    /** What an instance has whose declaration says nothing of it. */
    public static final InstanceEncryption DEFAULT =
            new InstanceEncryption(EncryptionMode.ENCRYPTION_ONLY, List.of(), false);

    /** Each is asked for with every file, and before every call within its limit. */
    public static final int MAX_ADDITIONAL_KEYS = 9;

    public InstanceEncryption {
        additionalKeys = List.copyOf(additionalKeys);
        if (additionalKeys.size() > MAX_ADDITIONAL_KEYS) {
            throw new IllegalArgumentException(
                    additionalKeys.size() + " additional keys; there may be " + MAX_ADDITIONAL_KEYS);
        }
        if (new HashSet<>(additionalKeys).size() < additionalKeys.size()) {
            throw new IllegalArgumentException("an additional key is named twice");
        }
    }

    /** How the files of this backup are encrypted; empty where it names no key. The key that it names comes first. */
    public Optional<EncryptionSpec> of(BackupRequest backup) {
        return backup.key().map(key -> {
            EncryptionMode chosen = backup.encryptionMode().orElse(mode);
            return switch (chosen) {
                case ENCRYPTION_ONLY -> new EncryptionSpec(chosen, List.of(key));
                case AUTHENTICATED ->
                    new EncryptionSpec(
                            chosen,
                            Stream.concat(Stream.of(key), additionalKeys.stream())
                                    .distinct()
                                    .toList());
            };
        });
    }

    /** Whether files there are restored only if they are authenticated. Snapshots lie in the service's own storage and are not encrypted by it. */
    public boolean requiresAuthenticated(Storage storage) {
        return requireAuthenticated && storage == Storage.NATIVE;
    }

    /** Jackson's filter of values that are not written: definitions that were recorded before read the same. */
    @SuppressWarnings({"EqualsHashCode", "EqualsWhichDoesntCheckParameterClass"})
    static final class Unset {
        @Override
        public boolean equals(@Nullable Object value) {
            return DEFAULT.equals(value);
        }

        @Override
        public int hashCode() {
            return DEFAULT.hashCode();
        }
    }
}
