package io.bakstripe.worker.spool;

import com.typesafe.config.Config;
import java.nio.file.Path;

/**
 * Settings of the spool; {@code reference.conf} says what each means.
 *
 * @param above size in bytes from which on a part is spooled
 * @param limit bytes that all spooled parts take at most
 * @param folder absolute
 */
public record SpoolSettings(long above, long limit, Path folder) {
    private static final long SMALLEST = 5L << 20;

    /** What a part may take beyond its size, generously. */
    private static final long SLACK = 2L << 20;

    public SpoolSettings {
        if (above < SMALLEST) {
            throw new IllegalArgumentException("spool.above must be 5 MiB or more: " + above);
        }
        if (limit < 2 * (above + SLACK)) {
            throw new IllegalArgumentException(
                    "spool.limit must be room for two parts of the size spool.above and 2 MiB each: " + limit);
        }
        if (!folder.isAbsolute()) {
            throw new IllegalArgumentException("spool.folder must be absolute: " + folder);
        }
    }

    /**
     * @param worker the configuration at {@code bakstripe.worker}
     * @param data the node's folder, under which the spool lies unless the configuration names another place
     */
    public static SpoolSettings from(Config worker, Path data) {
        Config spool = worker.getConfig("spool");
        String folder = spool.getString("folder");
        return new SpoolSettings(
                spool.getBytes("above"),
                spool.getBytes("limit"),
                folder.isBlank() ? data.toAbsolutePath().resolve("spool") : Path.of(folder));
    }
}
