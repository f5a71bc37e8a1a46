package io.bakstripe.worker.engine.postgres;

import com.typesafe.config.Config;
import java.time.Duration;

/**
 * How we talk to source servers; {@code bakstripe.worker.postgresql} in {@code reference.conf} explains each value.
 *
 * @param connectTimeout for the TCP connection
 * @param inspectTimeout for each answer while a source is inspected
 * @param answerTimeout for each answer while a backup is open or read
 * @param checkpointTimeout for the checkpoint that begins a backup
 * @param summaryTimeout for the summary of the log up to a differential's beginning
 * @param chunkBytes largest piece that one row of a COPY carries
 * @param copyBytes bytes that one COPY asks for at most
 * @param copyRanges pieces that one COPY asks for at most
 * @param load that the server may be put under
 * @param inspection sessions in which servers are looked at
 */
public record PostgresSettings(
        Duration connectTimeout,
        Duration inspectTimeout,
        Duration answerTimeout,
        Duration checkpointTimeout,
        Duration summaryTimeout,
        int chunkBytes,
        int copyBytes,
        int copyRanges,
        SourceLoad load,
        InspectionSettings inspection) {

    public PostgresSettings {
        atLeastOneSecond("connect-timeout", connectTimeout);
        atLeastOneSecond("inspect-timeout", inspectTimeout);
        atLeastOneSecond("answer-timeout", answerTimeout);
        atLeastOneSecond("checkpoint-timeout", checkpointTimeout);
        if (summaryTimeout.isNegative()) {
            throw new IllegalArgumentException("postgresql.summary-timeout must not be negative: " + summaryTimeout);
        }
        if (chunkBytes < 8192 || chunkBytes > 1 << 20) {
            throw new IllegalArgumentException("postgresql.chunk must be between 8 KiB and 1 MiB: " + chunkBytes);
        }
        if (copyBytes < chunkBytes) {
            throw new IllegalArgumentException("postgresql.copy-bytes must be at least postgresql.chunk: " + copyBytes);
        }
        if (copyRanges < 1 || copyRanges > 10_000) {
            throw new IllegalArgumentException("postgresql.copy-ranges must be between 1 and 10000: " + copyRanges);
        }
    }

    /** With a login for each look at a server. */
    public PostgresSettings(
            Duration connectTimeout,
            Duration inspectTimeout,
            Duration answerTimeout,
            Duration checkpointTimeout,
            Duration summaryTimeout,
            int chunkBytes,
            int copyBytes,
            int copyRanges,
            SourceLoad load) {
        this(
                connectTimeout,
                inspectTimeout,
                answerTimeout,
                checkpointTimeout,
                summaryTimeout,
                chunkBytes,
                copyBytes,
                copyRanges,
                load,
                InspectionSettings.UNKEPT);
    }

    /** Reads the section {@code postgresql} of {@code bakstripe.worker}. */
    public static PostgresSettings from(Config worker) {
        Config config = worker.getConfig("postgresql");
        return new PostgresSettings(
                config.getDuration("connect-timeout"),
                config.getDuration("inspect-timeout"),
                config.getDuration("answer-timeout"),
                config.getDuration("checkpoint-timeout"),
                config.getDuration("summary-timeout"),
                Math.toIntExact(config.getBytes("chunk")),
                Math.toIntExact(config.getBytes("copy-bytes")),
                config.getInt("copy-ranges"),
                SourceLoad.from(config),
                InspectionSettings.from(config));
    }

    private static void atLeastOneSecond(String key, Duration value) {
        if (value.compareTo(Duration.ofSeconds(1)) < 0) {
            throw new IllegalArgumentException("postgresql." + key + " must be at least 1 second: " + value);
        }
    }
}
