package io.bakstripe.protocol.stripe;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A run of bytes of one file of the database, the unit that a plan is cut into.
 *
 * @param path relative to the data directory, with {@code /} between names; never absolute, never holding {@code ..}
 * @param offset in the file, in bytes
 * @param length in bytes; 0 for an empty file or a directory
 * @param content the bytes themselves for {@link ExtentKind#INLINE} and {@link ExtentKind#MANIFEST}, empty otherwise; not copied, not to be changed
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@SuppressWarnings(
        "ArrayRecordComponent") // Copying each of the closing files' contents would buy nothing: extents are made once
// and read once.
public record Extent(ExtentKind kind, String path, long offset, long length, byte[] content) {
    private static final byte[] NOTHING = new byte[0];

    public Extent {
        content = content == null ? NOTHING : content;
        if (offset < 0 || length < 0) {
            throw new IllegalArgumentException("negative extent of " + path + ": " + offset + "+" + length);
        }
    }

    public static Extent file(String path, long offset, long length) {
        return new Extent(ExtentKind.FILE, path, offset, length, NOTHING);
    }

    public static Extent directory(String path) {
        return new Extent(ExtentKind.DIRECTORY, path, 0, 0, NOTHING);
    }

    public static Extent log(String path, long length) {
        return new Extent(ExtentKind.LOG, path, 0, length, NOTHING);
    }

    public static Extent control(String path, long length) {
        return new Extent(ExtentKind.CONTROL, path, 0, length, NOTHING);
    }

    public static Extent inline(String path, byte[] content) {
        return new Extent(ExtentKind.INLINE, path, 0, content.length, content);
    }

    public static Extent manifest(byte[] content) {
        return new Extent(ExtentKind.MANIFEST, "", 0, content.length, content);
    }

    /** True when its bytes must be read from the database. */
    public boolean read() {
        return kind == ExtentKind.FILE || kind == ExtentKind.LOG || kind == ExtentKind.CONTROL;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Extent that
                && kind == that.kind
                && path.equals(that.path)
                && offset == that.offset
                && length == that.length
                && Arrays.equals(content, that.content);
    }

    @Override
    public int hashCode() {
        return Objects.hash(kind, path, offset, length, Arrays.hashCode(content));
    }

    @Override
    public String toString() {
        return kind + " " + path + " " + offset + "+" + length;
    }
}
