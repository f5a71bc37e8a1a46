package io.bakstripe.worker.wal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.Set;

/**
 * The records by which transactions end: commits and aborts, also of prepared ones. Their main data begin with the moment by the server's clock, in
 * microseconds since the beginning of the year 2000.
 */
public final class TransactionEnd {
    private static final int KIND_MASK = 0x70;
    private static final int COMMIT = 0x00;
    private static final int ABORT = 0x20;
    private static final int COMMIT_PREPARED = 0x30;
    private static final int ABORT_PREPARED = 0x40;
    private static final Set<Integer> ENDS = Set.of(COMMIT, ABORT, COMMIT_PREPARED, ABORT_PREPARED);
    private static final Instant EPOCH = Instant.parse("2000-01-01T00:00:00Z");

    private TransactionEnd() {}

    /** Whether a record with this header is one. */
    public static boolean is(RecordHead head) {
        return head.resourceManager() == RecordHead.TRANSACTION && ENDS.contains(head.info() & KIND_MASK);
    }

    /** When the transaction ended; empty when the record is too short to say. */
    public static Optional<Instant> moment(LogRecord record) {
        byte[] data = record.mainData();
        return data.length < Long.BYTES
                ? Optional.empty()
                : Optional.of(EPOCH.plus(
                        ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN).getLong(), ChronoUnit.MICROS));
    }
}
