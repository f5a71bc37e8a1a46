package io.bakstripe.protocol.name;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.bakstripe.protocol.error.BackupError;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The address of a file in S3, {@code arn:aws:s3:::bucket/key} (row S4): no region, no account number.
 *
 * @param bucket 3 to 63 lower-case letters, digits, dots and hyphens
 * @param key 1 to 1024 bytes of UTF-8 without control characters, not ending in a slash
 */
public record S3Arn(String bucket, String key) {
    private static final Pattern SHAPE = Pattern.compile("arn:aws(?:-cn|-us-gov)?:s3:::([^/]*)/(.*)", Pattern.DOTALL);
    private static final Pattern BUCKET = Pattern.compile("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]");

    public S3Arn {
        boolean validKey = !key.isEmpty()
                && !key.endsWith("/")
                && key.getBytes(StandardCharsets.UTF_8).length <= 1024
                && key.codePoints()
                        .noneMatch(c -> Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE);
        if (!BUCKET.matcher(bucket).matches() || !validKey) {
            throw BackupError.ARN_MALFORMED
                    .problem("arn:aws:s3:::" + bucket + "/" + key)
                    .asException();
        }
    }

    /** Reads an ARN; anything else throws with {@link BackupError#ARN_MALFORMED}. */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static S3Arn parse(String text) {
        Matcher matcher = SHAPE.matcher(text);
        if (!matcher.matches()) {
            throw BackupError.ARN_MALFORMED.problem(text).asException();
        }
        return new S3Arn(matcher.group(1), matcher.group(2));
    }

    /** The part of the key after its last slash. */
    public String fileName() {
        return key.substring(key.lastIndexOf('/') + 1);
    }

    /** The part of the key up to and with its last slash; empty when there is none. */
    public String folder() {
        return key.substring(0, key.lastIndexOf('/') + 1);
    }

    /** The same bucket with another key. */
    public S3Arn withKey(String newKey) {
        return new S3Arn(bucket, newKey);
    }

    @JsonValue
    @Override
    public String toString() {
        return "arn:aws:s3:::" + bucket + "/" + key;
    }
}
