package io.bakstripe.bench;

import java.nio.file.Path;
import java.util.Map;
import picocli.CommandLine.Option;

/** Options of a measurement that compares with {@code zstd}. */
final class Compression {
    @Option(names = "--level", description = "zstd's level, on both sides. Default: ${DEFAULT-VALUE}.")
    private int level = 3;

    @Option(names = "--threads", description = "zstd's threads, of the yardstick only. Default: ${DEFAULT-VALUE}.")
    private int threads = 2;

    /** What tells the node the level. */
    Map<String, String> environment() {
        return Map.of("BAKSTRIPE_ZSTD_LEVEL", Integer.toString(level));
    }

    /** As {@link Yardstick#Yardstick}. */
    Yardstick yardstick(Path data, Path folder) {
        return new Yardstick(data, folder, level, threads);
    }

    /** For the report. */
    Map<String, Object> parameters() {
        return Map.of("level", level, "yardstickThreads", threads);
    }
}
