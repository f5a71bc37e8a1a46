package io.bakstripe.worker.format;

import java.nio.charset.StandardCharsets;

/**
 * Judges path names that come from a backup file: they are data, and whoever wrote the file may want to write elsewhere.
 *
 * <p>Safe is a relative path of names with single slashes between them, none of them empty, {@code .} or {@code ..}, none longer than 255 bytes,
 * the whole not longer than 4096 bytes of UTF-8, without backslashes and control characters. Whether a name on disk is a symbolic link is for the
 * one who writes there to check.
 */
public final class SafePath {
    private static final int MAX_NAME_BYTES = 255;
    private static final int MAX_PATH_BYTES = 4096;

    private SafePath() {}

    /** True when {@code path} stays below the directory it is resolved against. */
    public static boolean isSafe(String path) {
        if (path.getBytes(StandardCharsets.UTF_8).length > MAX_PATH_BYTES || path.indexOf('\\') >= 0) {
            return false;
        }
        if (path.codePoints().anyMatch(Character::isISOControl)) {
            return false;
        }
        for (String name : path.split("/", -1)) {
            boolean bad = name.isEmpty()
                    || name.equals(".")
                    || name.equals("..")
                    || name.getBytes(StandardCharsets.UTF_8).length > MAX_NAME_BYTES;
            if (bad) {
                return false;
            }
        }
        return true;
    }
}
