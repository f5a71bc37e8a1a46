package io.bakstripe.worker.engine.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.protocol.name.Lsn;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

class LogSegmentsTest {
    private static final long SYSTEM = 7_312_345_678_901_234_567L;
    private static final int MIB = 1 << 20;
    private static final String PATH = "pg_wal/0000000200000003000000FF";
    private final LogSegments segments = new LogSegments(SYSTEM, 16 * MIB);

    @Test
    void namesTheSegmentsOfASpan() {
        assertThat(segments.paths(2, Lsn.parse("3/FE000028"), Lsn.parse("4/1000001")))
                .containsExactly(
                        "pg_wal/0000000200000003000000FE",
                        "pg_wal/0000000200000003000000FF",
                        "pg_wal/000000020000000400000000",
                        "pg_wal/000000020000000400000001");
    }

    @Test
    void leavesOutTheSegmentThatBeginsWhereTheSpanEnds() {
        assertThat(segments.paths(1, Lsn.parse("0/2000028"), Lsn.parse("0/3000000")))
                .containsExactly("pg_wal/000000010000000000000002");
    }

    @Test
    void countsInTheServersOwnSegmentSize() {
        LogSegments large = new LogSegments(SYSTEM, 1024 * MIB);

        assertThat(large.paths(1, Lsn.parse("1/C0000028"), Lsn.parse("2/1")))
                .containsExactly("pg_wal/000000010000000100000003", "pg_wal/000000010000000200000000");
        assertThat(large.firstLsn("pg_wal/000000010000000100000003")).isEqualTo(Lsn.parse("1/C0000000"));
    }

    @Test
    void acceptsASegmentThatIsWhatItsNameSays() {
        assertThat(segments.complaint(PATH, header("3/FF000000", SYSTEM, 16 * MIB)))
                .isEmpty();
    }

    @Test
    void refusesARecycledForeignOrMisfitSegment() {
        assertThat(segments.complaint(PATH, header("3/EF000000", SYSTEM, 16 * MIB)))
                .hasValueSatisfying(text -> assertThat(text).contains("3/EF000000"));
        assertThat(segments.complaint(PATH, header("3/FF000000", SYSTEM + 1, 16 * MIB)))
                .hasValueSatisfying(text -> assertThat(text).contains("written by server"));
        assertThat(segments.complaint(PATH, header("3/FF000000", SYSTEM, 64 * MIB)))
                .hasValueSatisfying(text -> assertThat(text).contains("67108864"));
        assertThat(segments.complaint(PATH, new byte[39])).isPresent();
        assertThat(segments.complaint(PATH, new byte[8192])).isPresent();
    }

    private static byte[] header(String lsn, long system, int bytes) {
        return ByteBuffer.allocate(8192)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(8, Lsn.parse(lsn).value())
                .putLong(24, system)
                .putInt(32, bytes)
                .array();
    }
}
