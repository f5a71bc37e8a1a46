package io.bakstripe.api.audit;

import com.typesafe.config.Config;

/**
 * How much of the audit log is kept.
 *
 * @param maxFileBytes a file that is larger is closed and compressed
 * @param maxDays closed files are removed after so many days
 * @param maxTotalBytes the oldest closed files are removed when all together are larger
 */
public record AuditSettings(long maxFileBytes, int maxDays, long maxTotalBytes) {
    private static final long LEAST_FILE = 64 << 10;

    public AuditSettings {
        if (maxFileBytes < LEAST_FILE || maxFileBytes > 1L << 30) {
            throw new IllegalArgumentException(
                    "bakstripe.api.audit.max-file-size must be 64 KiB to 1 GiB: " + maxFileBytes);
        }
        if (maxDays < 1 || maxDays > 36_500) {
            throw new IllegalArgumentException("bakstripe.api.audit.max-days must be 1 to 36500: " + maxDays);
        }
        if (maxTotalBytes < maxFileBytes) {
            throw new IllegalArgumentException(
                    "bakstripe.api.audit.max-total-size must not be less than max-file-size: " + maxTotalBytes);
        }
    }

    /** Reads the block {@code bakstripe.api.audit}. */
    public static AuditSettings from(Config audit) {
        return new AuditSettings(
                audit.getBytes("max-file-size"), audit.getInt("max-days"), audit.getBytes("max-total-size"));
    }
}
