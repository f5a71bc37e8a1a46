package io.bakstripe.worker.engine.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.protocol.name.Lsn;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LogSegmentsTest {
    private static final long SYSTEM = 7_312_345_678_901_234_567L;
    private static final int MIB = 1 << 20;
    private static final int PAGE = 8192;
    private static final String PATH = "pg_wal/0000000200000003000000FF";
    private final LogSegments segments = new LogSegments(SYSTEM, 16 * MIB, PAGE);

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
        LogSegments large = new LogSegments(SYSTEM, 1024 * MIB, PAGE);

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
        assertThat(new LogSegments(SYSTEM, 16 * MIB, 2 * PAGE).complaint(PATH, header("3/FF000000", SYSTEM, 16 * MIB)))
                .hasValueSatisfying(text -> assertThat(text).contains("pages of 8192"));
        assertThat(segments.complaint(PATH, new byte[39])).isPresent();
        assertThat(segments.complaint(PATH, new byte[8192])).isPresent();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 24, 8191, 8192, 8193, 20_000, 65_536, 1 << 20})
    void acceptsPagesThatStandWhereTheirAddressesSayHoweverTheyAreCut(int pieceBytes) {
        byte[] segment = pages(20, 14);

        assertThat(complaint(segment, 0, pieceBytes)).isEmpty();
        assertThat(complaint(segment, 5 * PAGE, pieceBytes)).isEmpty();
        assertThat(complaint(segment, 15 * PAGE + 7, pieceBytes)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {8192, 20_000, 65_536, 1 << 20})
    void refusesAPageOfAnotherPlaceAndABlankOneBetweenOthers(int pieceBytes) {
        byte[] recycled = pages(20, 20);
        ByteBuffer.wrap(recycled).order(ByteOrder.LITTLE_ENDIAN).putLong(13 * PAGE + 8, 0x2_FF00_0000L + 13 * PAGE);
        byte[] torn = pages(20, 20);
        Arrays.fill(torn, 9 * PAGE, 10 * PAGE, (byte) 0);

        assertThat(complaint(recycled, 0, pieceBytes))
                .hasValueSatisfying(text -> assertThat(text).contains("in the place of 3/FF01A000"));
        assertThat(complaint(torn, 0, pieceBytes))
                .hasValueSatisfying(text -> assertThat(text).contains("blank page before"));
    }

    /** What is wrong with a segment that is read from {@code offset} on in pieces. */
    private Optional<String> complaint(byte[] segment, int offset, int pieceBytes) {
        boolean blank = false;
        for (int at = offset; at < segment.length; at += pieceBytes) {
            int end = Math.min(segment.length, at + pieceBytes);
            // A view of something larger, as what has arrived from a server is.
            ByteBuffer piece = ByteBuffer.wrap(segment).slice(at, end - at);
            Optional<String> complaint = segments.pagesComplaint(PATH, at, piece, blank);
            if (complaint.isPresent()) {
                return complaint;
            }
            blank = segments.endsBlank(at, piece, blank);
        }
        return Optional.empty();
    }

    /** Pages whose contents are not blank but whose headers are, from a certain page on, as behind a switch. */
    private static byte[] pages(int count, int written) {
        ByteBuffer pages = ByteBuffer.allocate(count * PAGE).order(ByteOrder.LITTLE_ENDIAN);
        Arrays.fill(pages.array(), 0, written * PAGE, (byte) 7);
        for (int page = 0; page < written; page++) {
            pages.putLong(page * PAGE + 8, 0x3_FF00_0000L + page * PAGE);
        }
        return pages.array();
    }

    private static byte[] header(String lsn, long system, int bytes) {
        return ByteBuffer.allocate(8192)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(8, Lsn.parse(lsn).value())
                .putLong(24, system)
                .putInt(32, bytes)
                .putInt(36, PAGE)
                .array();
    }
}
