package io.bakstripe.protocol.name;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.bakstripe.protocol.error.BackupError;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The address of a KMS key, {@code arn:aws:kms:region:account-id:key/key-id} (rows B2, R4, G1): never an alias, which may be turned to another key.
 *
 * @param partition {@code aws} for example
 * @param account 12 digits
 * @param keyId mostly a UUID; those of multi-Region keys begin with {@code mrk-}
 */
public record KeyArn(String partition, String region, String account, String keyId) {
    private static final Pattern SHAPE =
            Pattern.compile("arn:(aws[a-z-]*):kms:([a-z0-9-]+):([0-9]{12}):key/([A-Za-z0-9-]+)");

    public KeyArn {
        String text = text(partition, region, account, keyId);
        if (!SHAPE.matcher(text).matches()) {
            throw BackupError.KEY_ARN_MALFORMED.problem(text).asException();
        }
    }

    /** Reads an ARN; anything else throws with {@link BackupError#KEY_ARN_MALFORMED}. */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static KeyArn parse(String text) {
        Matcher matcher = SHAPE.matcher(text);
        if (!matcher.matches()) {
            throw BackupError.KEY_ARN_MALFORMED.problem(text).asException();
        }
        return new KeyArn(matcher.group(1), matcher.group(2), matcher.group(3), matcher.group(4));
    }

    private static String text(String partition, String region, String account, String keyId) {
        return "arn:" + partition + ":kms:" + region + ":" + account + ":key/" + keyId;
    }

    @JsonValue
    @Override
    public String toString() {
        return text(partition, region, account, keyId);
    }
}
