package io.bakstripe.worker.restore;

import com.typesafe.config.Config;
import io.bakstripe.worker.format.Layout;
import java.time.Duration;

/**
 * How restores work, {@code bakstripe.worker.restore}.
 *
 * @param rangeBytes of one ranged read, 64 KiB to 64 MiB
 * @param rangesInFlight per stripe, 1 to 64
 * @param openFiles that one restore holds open, 1 or more
 * @param writers chunks of one restore that are decompressed and written at once, 1 to 64
 * @param syncThreads that the files of some parts are synced with, 1 or more
 * @param syncBytes of the database after which a stripe's files are synced and its parts recorded, 1 or more
 * @param retries of requests to the store that one restore may have used up at any time, 0 or more
 * @param listLimit objects that are looked at for one pattern, 10 to 1 000 000
 * @param hostAnswer how long one question to the host's agent waits before it is asked again
 * @param hostPatience after which an agent that never answered fails a restore that has not begun
 */
public record RestoreSettings(
        int rangeBytes,
        int rangesInFlight,
        int openFiles,
        int writers,
        int syncThreads,
        long syncBytes,
        int retries,
        int listLimit,
        Duration hostAnswer,
        Duration hostPatience) {
    private static final int MIN_RANGE = 64 << 10;
    private static final int MAX_RANGE = 64 << 20;
    private static final int MAX_IN_FLIGHT = 64;
    private static final int MAX_LIST = 1_000_000;

    public RestoreSettings {
        require(rangeBytes >= MIN_RANGE && rangeBytes <= MAX_RANGE, "range-bytes must be from 64 KiB to 64 MiB");
        require(rangeBytes % Layout.ALIGNMENT == 0, "range-bytes must be a multiple of 16");
        require(rangesInFlight >= 1 && rangesInFlight <= MAX_IN_FLIGHT, "ranges-in-flight must be from 1 to 64");
        require(openFiles >= 1, "open-files must be 1 or more");
        require(writers >= 1 && writers <= MAX_IN_FLIGHT, "writers must be from 1 to 64");
        require(syncThreads >= 1, "sync-threads must be 1 or more");
        require(syncBytes >= 1, "sync-bytes must be 1 or more");
        require(retries >= 0, "retries must be 0 or more");
        require(
                listLimit >= StoreSetFinder.MAX_FILES && listLimit <= MAX_LIST,
                "list-limit must be from 10 to 1000000");
        require(!hostAnswer.isNegative() && !hostAnswer.isZero(), "host-answer must be positive");
        require(hostPatience.compareTo(hostAnswer) >= 0, "host-patience must not be shorter than host-answer");
    }

    /** @param worker the configuration at {@code bakstripe.worker} */
    public static RestoreSettings from(Config worker) {
        Config config = worker.getConfig("restore");
        return new RestoreSettings(
                Math.toIntExact(config.getBytes("range-bytes")),
                config.getInt("ranges-in-flight"),
                config.getInt("open-files"),
                config.getInt("writers"),
                config.getInt("sync-threads"),
                config.getBytes("sync-bytes"),
                config.getInt("retries"),
                config.getInt("list-limit"),
                config.getDuration("host-answer"),
                config.getDuration("host-patience"));
    }

    private static void require(boolean holds, String rule) {
        if (!holds) {
            throw new IllegalArgumentException("bakstripe.worker.restore: " + rule);
        }
    }
}
