package io.bakstripe.worker.host;

import io.bakstripe.protocol.name.Lsn;
import io.bakstripe.worker.wal.LogRecord;
import io.bakstripe.worker.wal.RecordHead;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The settings of a source that a server must have at least as large to be read while it rolls that source's log forward; it gives up otherwise
 * ("insufficient parameter settings").
 *
 * <p>They stand in the control file, at places that are the same in PostgreSQL 13 to 18 ({@code pg_control.h}), and in a record of the log whenever a
 * source was started with others ({@code xl_parameter_change}).
 */
record ServerLimits(int connections, int workers, int senders, int prepared, int locks) {
    static final ServerLimits NONE = new ServerLimits(0, 0, 0, 0, 0);

    static final String CONTROL_FILE = "global/pg_control";

    private static final int PARAMETER_CHANGE = 0x60;
    private static final int LIMITS_BYTES = 5 * Integer.BYTES;
    private static final int LIMITS_AT = 180;
    private static final int CHECKPOINT_AT = 32;

    /** A number that stands behind them, by which the layout is known. */
    private static final int FLOAT_FORMAT_AT = 208;

    private static final double FLOAT_FORMAT = 1_234_567.0;

    /** Those in the control file of a data directory; empty when it has none, or one of an unknown layout. */
    static Optional<ServerLimits> of(Path data) throws IOException {
        ByteBuffer control = control(data);
        return control.capacity() >= FLOAT_FORMAT_AT + Double.BYTES
                        && control.getDouble(FLOAT_FORMAT_AT) == FLOAT_FORMAT
                ? Optional.of(at(control, LIMITS_AT))
                : Optional.empty();
    }

    /** The system identifier in the control file of a data directory; empty when it has none. */
    static OptionalLong systemIdentifier(Path data) throws IOException {
        ByteBuffer control = control(data);
        return control.capacity() < Long.BYTES ? OptionalLong.empty() : OptionalLong.of(control.getLong(0));
    }

    /** Where the last checkpoint is that the control file of a data directory names; empty when it has none. */
    static Optional<Lsn> checkpoint(Path data) throws IOException {
        ByteBuffer control = control(data);
        return control.capacity() < CHECKPOINT_AT + Long.BYTES
                ? Optional.empty()
                : Optional.of(new Lsn(control.getLong(CHECKPOINT_AT)));
    }

    private static ByteBuffer control(Path data) throws IOException {
        try {
            return ByteBuffer.wrap(Files.readAllBytes(data.resolve(CONTROL_FILE)))
                    .order(ByteOrder.LITTLE_ENDIAN);
        } catch (NoSuchFileException absent) {
            return ByteBuffer.allocate(0);
        }
    }

    /** Whether a record with this header tells of others. */
    static boolean changedBy(RecordHead head) {
        return head.is(RecordHead.LOG, PARAMETER_CHANGE);
    }

    /** The largest of both. */
    ServerLimits and(LogRecord change) {
        byte[] data = change.mainData();
        return data.length < LIMITS_BYTES ? this : and(at(ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN), 0));
    }

    /** The largest of both. */
    ServerLimits and(ServerLimits other) {
        return new ServerLimits(
                Math.max(connections, other.connections),
                Math.max(workers, other.workers),
                Math.max(senders, other.senders),
                Math.max(prepared, other.prepared),
                Math.max(locks, other.locks));
    }

    /** By the names of the settings. */
    Map<String, Integer> settings() {
        Map<String, Integer> settings = new LinkedHashMap<>();
        settings.put("max_connections", connections);
        settings.put("max_worker_processes", workers);
        settings.put("max_wal_senders", senders);
        settings.put("max_prepared_transactions", prepared);
        settings.put("max_locks_per_transaction", locks);
        return settings;
    }

    private static ServerLimits at(ByteBuffer bytes, int at) {
        return new ServerLimits(
                bytes.getInt(at),
                bytes.getInt(at + Integer.BYTES),
                bytes.getInt(at + 2 * Integer.BYTES),
                bytes.getInt(at + 3 * Integer.BYTES),
                bytes.getInt(at + 4 * Integer.BYTES));
    }
}
