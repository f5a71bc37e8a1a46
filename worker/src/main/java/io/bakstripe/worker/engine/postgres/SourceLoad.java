package io.bakstripe.worker.engine.postgres;

import com.typesafe.config.Config;

/**
 * How much a backup may burden the server that it reads from; {@code bakstripe.worker.postgresql.load} in {@code reference.conf} explains each value.
 *
 * @param bytesPerSecond that all readers of this node together ask of one server; 0 for as many as it gives
 * @param spreadCheckpoint whether the checkpoint that begins a backup takes its time, as the server's own checkpoints do
 */
public record SourceLoad(long bytesPerSecond, boolean spreadCheckpoint) {
    /** As fast as can be. */
    public static final SourceLoad UNLIMITED = new SourceLoad(0, false);

    private static final long LEAST = 1 << 20;

    public SourceLoad {
        if (bytesPerSecond != 0 && bytesPerSecond < LEAST) {
            throw new IllegalArgumentException(
                    "postgresql.load.bytes-per-second must be 0 or at least 1 MiB: " + bytesPerSecond);
        }
    }

    static SourceLoad from(Config postgresql) {
        Config load = postgresql.getConfig("load");
        return new SourceLoad(load.getBytes("bytes-per-second"), load.getBoolean("spread-checkpoint"));
    }

    /** What one statement may ask for, so that it does not hold back vacuum for longer than about a second because it is slowed down. */
    long perStatement(int copyBytes) {
        return bytesPerSecond == 0 ? copyBytes : Math.min(copyBytes, bytesPerSecond);
    }
}
