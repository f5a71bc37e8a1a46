package io.bakstripe.worker.wal;

import io.bakstripe.protocol.name.Lsn;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** A log as a server would write it, made in memory. */
public final class WrittenLog {
    public static final int TIMELINE = 1;
    public static final LogLayout LAYOUT = new LogLayout(1 << 20, 8192);

    private static final int MAGIC = 0xD118;
    private static final int CONTINUES = 1;
    private static final int LONG = 2;
    private static final int OVERWRITES = 8;
    private static final int NOTHING = 0x20;
    private static final int LARGEST_SHORT_DATA = 255;

    private final Map<String, ByteBuffer> segments = new TreeMap<>();
    private long at;
    private long previous;

    /** Begins at the beginning of a page. */
    public WrittenLog(Lsn begin) {
        this.at = begin.value();
    }

    /** Writes a record and gives where it begins. */
    public Lsn add(int resourceManager, int kind, byte[] data) {
        Lsn begin = toRecord();
        write(record(resourceManager, kind, data));
        previous = begin.value();
        return begin;
    }

    /** A record of the server's that creates a tablespace. */
    public Lsn addTablespace(int oid, String path) {
        byte[] text = path.getBytes(StandardCharsets.UTF_8);
        ByteBuffer data = ByteBuffer.allocate(4 + text.length + 1).order(ByteOrder.LITTLE_ENDIAN);
        return add(RecordHead.TABLESPACE, 0x00, data.putInt(oid).put(text).array());
    }

    /** A record of the log's own that holds a position. */
    public Lsn addLsn(int kind, Lsn content) {
        ByteBuffer data = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
        return add(RecordHead.LOG, kind, data.putLong(content.value()).array());
    }

    /** Records of no meaning, until the next one begins this many bytes before the end of its page. */
    public void fillUpTo(int bytesBeforeEnd) {
        toRecord();
        long end = LAYOUT.nextPage(new Lsn(at)).value() - bytesBeforeEnd;
        int room = (int) (end - at);
        if (room == 0) {
            return;
        }
        int overhead = RecordHead.BYTES + (room > RecordHead.BYTES + 2 + LARGEST_SHORT_DATA ? 5 : 2);
        add(RecordHead.LOG, NOTHING, new byte[room - overhead]);
    }

    /** Goes on in the next segment. */
    public void addSwitch() {
        add(RecordHead.LOG, 0x40, new byte[0]);
        at = LAYOUT.nextSegment(new Lsn(at - 1)).value();
    }

    /** Begins a record at the end of a page and goes on as a server does that crashed before it wrote the rest. */
    public Lsn addUnfinished() {
        fillUpTo(64);
        Lsn begin = new Lsn(at);
        byte[] record = record(1, 0x20, new byte[500]);
        for (int i = 0; i < 64; i++) {
            put(record[i]);
        }
        pageHeader(OVERWRITES, 0);
        return begin;
    }

    /** Where the next record would begin. */
    public Lsn position() {
        return new Lsn(at);
    }

    public void writeTo(Path directory) throws IOException {
        for (Map.Entry<String, ByteBuffer> segment : segments.entrySet()) {
            Files.write(directory.resolve(segment.getKey()), segment.getValue().array());
        }
    }

    /** Changes a byte behind everybody's back. */
    public void damage(Lsn where) {
        ByteBuffer segment = segment(where);
        int in = LAYOUT.inFile(where);
        segment.put(in, (byte) ~segment.get(in));
    }

    private Lsn toRecord() {
        at = at + 7 & -8;
        if (LAYOUT.inPage(new Lsn(at)) == 0) {
            pageHeader(0, 0);
        }
        return new Lsn(at);
    }

    private byte[] record(int resourceManager, int kind, byte[] data) {
        int description = data.length == 0 ? 0 : data.length > LARGEST_SHORT_DATA ? 5 : 2;
        ByteBuffer record = ByteBuffer.allocate(RecordHead.BYTES + description + data.length)
                .order(ByteOrder.LITTLE_ENDIAN);
        record.putInt(record.capacity()).putInt(7).putLong(previous);
        record.put((byte) kind).put((byte) resourceManager).putShort((short) 0).putInt(0);
        if (description == 5) {
            record.put((byte) 254).putInt(data.length);
        } else if (description == 2) {
            record.put((byte) 255).put((byte) data.length);
        }
        record.put(data);
        LogRecord plain = new LogRecord(RecordHead.of(new Lsn(0), record), new Lsn(0), MAGIC, record.array());
        record.putInt(RecordHead.CHECKSUM_AT, plain.checksum());
        return record.array();
    }

    private void write(byte[] record) {
        for (int i = 0; i < record.length; i++) {
            if (LAYOUT.inPage(new Lsn(at)) == 0) {
                pageHeader(CONTINUES, record.length - i);
            }
            put(record[i]);
        }
    }

    private void pageHeader(int flags, int rest) {
        Lsn page = new Lsn(at);
        boolean first = LAYOUT.inFile(page) == 0;
        ByteBuffer segment = segment(page);
        segment.position(LAYOUT.inFile(page));
        segment.putShort((short) MAGIC)
                .putShort((short) (flags | (first ? LONG : 0)))
                .putInt(TIMELINE);
        segment.putLong(at).putInt(rest).putInt(0);
        if (first) {
            segment.putLong(4711).putInt(LAYOUT.segmentBytes()).putInt(LAYOUT.pageBytes());
        }
        at += LAYOUT.headerBytes(page);
    }

    private void put(byte value) {
        segment(new Lsn(at)).put(LAYOUT.inFile(new Lsn(at)), value);
        at++;
    }

    private ByteBuffer segment(Lsn of) {
        return segments.computeIfAbsent(
                LAYOUT.fileName(TIMELINE, of),
                name -> ByteBuffer.allocate(LAYOUT.segmentBytes()).order(ByteOrder.LITTLE_ENDIAN));
    }
}
