package io.bakstripe.worker.wal;

import io.bakstripe.protocol.name.Lsn;
import java.nio.ByteBuffer;

/**
 * What the header of a record says.
 *
 * @param begin where the record begins
 * @param bytes its length, the header included
 * @param xid the transaction that wrote it, unsigned; 0 for none
 * @param previous where the record before it begins
 * @param info what kind of record of its resource manager it is; the lower four bits are flags of the log itself
 * @param resourceManager which part of the server wrote it and replays it: 0 the log itself, 1 transactions, 4 databases, 5 tablespaces
 * @param checksum CRC32C over the rest of the record and then over the header up to here
 */
public record RecordHead(Lsn begin, int bytes, long xid, Lsn previous, int info, int resourceManager, int checksum) {
    /** Resource manager of the log's own records. */
    public static final int LOG = 0;

    /** Resource manager of the records that end transactions. */
    public static final int TRANSACTION = 1;

    /** Resource manager of the records that create and drop tablespaces. */
    public static final int TABLESPACE = 5;

    static final int BYTES = 24;
    static final int CHECKSUM_AT = 20;

    private static final int KIND_MASK = 0xF0;

    /** @param header in little-endian order; {@link #BYTES} of them are looked at, from its beginning */
    static RecordHead of(Lsn begin, ByteBuffer header) {
        return new RecordHead(
                begin,
                header.getInt(0),
                Integer.toUnsignedLong(header.getInt(4)),
                new Lsn(header.getLong(8)),
                Byte.toUnsignedInt(header.get(16)),
                Byte.toUnsignedInt(header.get(17)),
                header.getInt(CHECKSUM_AT));
    }

    /** The upper half of {@link #info}; of transactions, its highest bit is a flag, too. */
    public int kind() {
        return info & KIND_MASK;
    }

    /** True for a record of this resource manager and kind. */
    public boolean is(int manager, int kind) {
        return resourceManager == manager && kind() == kind;
    }
}
