package io.bakstripe.worker.engine.postgres;

import io.bakstripe.worker.wal.DatabasePlace;
import io.bakstripe.worker.wal.LogRecord;
import io.bakstripe.worker.wal.RecordHead;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The databases that a server made, while it was backed up, by copying the files of others, and whether a restore would make the same.
 *
 * <p>Of such a copy the log says only which directory was copied to which: a restored server copies what <em>it</em> has in the first. That is what the
 * source had there only when nothing in that directory was changed, dropped or moved between the copying and the reading of its files for the backup.
 * {@code ALTER DATABASE … SET TABLESPACE} is such a copy whose original is dropped at once; {@code CREATE DATABASE} is one always before PostgreSQL 15
 * and with {@code STRATEGY FILE_COPY} later. A copy of a copy that was itself made during the backup depends on what the first one depended on.
 *
 * <p>May name a change that would have been harmless, never the reverse. Hints, which a server adds to rows when it looks at them, are no change.
 */
final class CopiedDatabases {
    private static final int TRANSACTION = 1;
    private static final int STORAGE = 2;
    private static final int DATABASE = 4;
    private static final int RELATION_MAP = 7;
    private static final int STANDBY = 8;
    private static final int MESSAGE = 21;

    private static final int PAGE_WITH_HINTS = 0xA0;
    private static final int STORAGE_MADE = 0x10;
    private static final int STORAGE_TRUNCATED = 0x20;
    private static final int COPIED = 0x00;
    private static final int LOGGED = 0x10;
    private static final int DROPPED = 0x20;
    private static final int DROPPED_BEFORE_15 = 0x10;

    /** Where each database lies that was made during the backup, and whose files it was copied from in the end. */
    private final Map<DatabasePlace, Original> made = new HashMap<>();

    private final Map<DatabasePlace, Original> originals = new HashMap<>();

    /** Whether a record matters, given those that came before it. */
    boolean wants(RecordHead head) {
        return switch (head.resourceManager()) {
            case DATABASE -> true;
            // Large ones may be among these, and none of them has anything to do with a database's files.
            case TRANSACTION, STANDBY, MESSAGE -> false;
            case RecordHead.LOG -> !originals.isEmpty() && head.kind() != PAGE_WITH_HINTS;
            default -> !originals.isEmpty();
        };
    }

    /** Takes note of a record that is wanted. */
    void accept(LogRecord record) {
        ByteBuffer data = ByteBuffer.wrap(record.mainData()).order(ByteOrder.LITTLE_ENDIAN);
        switch (record.head().resourceManager()) {
            case DATABASE -> database(record, data);
            case STORAGE -> storage(record.head().kind(), data);
            case RELATION_MAP -> {
                long database = oid(data);
                changed(new DatabasePlace(oid(data), database));
            }
            default -> record.touched().forEach(this::changed);
        }
    }

    /** A database, by its identifier, that a restore would not make as the source has it; empty when there is none. */
    Optional<Long> wronged() {
        return made.entrySet().stream()
                .filter(each -> each.getValue().changed)
                .map(each -> each.getKey().database())
                .findFirst();
    }

    private void database(LogRecord record, ByteBuffer data) {
        boolean recent = record.magic() >= LogRecord.FIRST_MAGIC_OF_15;
        int kind = record.head().kind();
        long database = oid(data);
        if (kind == (recent ? DROPPED : DROPPED_BEFORE_15)) {
            for (int left = data.getInt(); left > 0; left--) {
                DatabasePlace dropped = new DatabasePlace(oid(data), database);
                changed(dropped);
                made.remove(dropped);
            }
        } else if (kind == COPIED) {
            DatabasePlace copy = new DatabasePlace(oid(data), database);
            long from = oid(data);
            made.put(copy, origin(new DatabasePlace(oid(data), from)));
        } else if (recent && kind == LOGGED) {
            made.put(new DatabasePlace(oid(data), database), new Original());
        } else {
            throw new IllegalStateException(
                    "unknown record at " + record.head().begin() + " of what happened to a database: " + kind);
        }
    }

    private Original origin(DatabasePlace from) {
        Original already = made.get(from);
        return already == null ? originals.computeIfAbsent(from, place -> new Original()) : already;
    }

    private void storage(int kind, ByteBuffer data) {
        if (kind == STORAGE_TRUNCATED) {
            data.getInt();
        } else if (kind != STORAGE_MADE) {
            throw new IllegalStateException("unknown record of what happened to a relation's files: " + kind);
        }
        changed(new DatabasePlace(oid(data), oid(data)));
    }

    private void changed(DatabasePlace place) {
        Original original = originals.get(place);
        if (original != null && !made.containsKey(place)) {
            original.changed = true;
        }
    }

    private static long oid(ByteBuffer data) {
        return Integer.toUnsignedLong(data.getInt());
    }

    private static final class Original {
        private boolean changed;
    }
}
