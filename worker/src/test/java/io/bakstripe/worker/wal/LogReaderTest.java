package io.bakstripe.worker.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bakstripe.protocol.name.Lsn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LogReaderTest {
    private static final Lsn BEGIN = Lsn.parse("1/FFF00000");
    private static final Lsn FIRST = Lsn.parse("1/FFF00028");
    private static final int OF_TEST = 11;

    @TempDir
    Path directory;

    private final WrittenLog log = new WrittenLog(BEGIN);

    @ParameterizedTest
    @ValueSource(ints = {8, 16, 24, 32, 56, 8192 - 24})
    void readsRecordsThatCrossPages(int bytesBeforeEnd) throws IOException {
        log.fillUpTo(0);
        log.fillUpTo(bytesBeforeEnd);
        Lsn begin = log.add(OF_TEST, 0x30, data(30_000));
        Lsn next = log.add(OF_TEST, 0x10, data(3));

        List<LogRecord> found = read(FIRST);

        assertThat(found).extracting(record -> record.head().begin()).containsExactly(begin, next);
        assertThat(found.get(0).mainData()).isEqualTo(data(30_000));
        assertThat(found.get(0).head().kind()).isEqualTo(0x30);
        assertThat(found.get(0).head().xid()).isEqualTo(7);
        assertThat(found.get(0).end()).isEqualTo(next);
        assertThat(found.get(1).mainData()).isEqualTo(data(3));
    }

    @Test
    void readsRecordsThatCrossSegmentsAndNamesWhereTheirBytesLie() throws IOException {
        Lsn begin = log.add(OF_TEST, 0x30, data(2_500_000));
        log.writeTo(directory);

        LogRecord found = read(FIRST).get(0);

        assertThat(found.mainData()).isEqualTo(data(2_500_000));
        try (var files = Files.list(directory)) {
            assertThat(files.map(path -> path.getFileName().toString()).sorted())
                    .containsExactly(
                            "000000010000000100000FFF", "000000010000000200000000", "000000010000000200000001");
        }
        for (int offset : List.of(0, 23, 24, 8000, 8192, 1 << 20, found.content().length - 1)) {
            Lsn at = WrittenLog.LAYOUT.position(begin, offset);
            byte[] segment = Files.readAllBytes(directory.resolve(WrittenLog.LAYOUT.fileName(1, at)));
            assertThat(segment[WrittenLog.LAYOUT.inFile(at)])
                    .as("offset %s", offset)
                    .isEqualTo(found.content()[offset]);
        }
    }

    @Test
    void goesOnInTheNextSegmentBehindASwitch() throws IOException {
        log.add(OF_TEST, 0, data(10));
        log.addSwitch();
        Lsn behind = log.add(OF_TEST, 0x10, data(10));

        assertThat(read(FIRST)).extracting(record -> record.head().begin()).containsExactly(FIRST, behind);
        assertThat(behind).isEqualTo(Lsn.parse("2/28"));
    }

    @Test
    void goesOnBehindARecordThatACrashedServerNeverFinished() throws IOException {
        Lsn unfinished = log.addUnfinished();
        Lsn next = log.add(OF_TEST, 0x10, data(10));

        assertThat(read(FIRST)).extracting(record -> record.head().begin()).containsExactly(next);
        assertThat(unfinished).isLessThan(next);
    }

    @Test
    void endsWhereNothingWasWrittenAndSaysWhere() throws IOException {
        Lsn last = log.add(OF_TEST, 0x10, data(8));
        log.writeTo(directory);
        try (LogFiles files = new LogFiles(directory, 1, WrittenLog.LAYOUT)) {
            LogReader reader = new LogReader(files.pages(), FIRST, head -> true);

            assertThat(reader.next())
                    .map(LogRecord::head)
                    .map(RecordHead::begin)
                    .contains(last);
            assertThat(reader.next()).isEmpty();
            assertThat(reader.next()).isEmpty();
            assertThat(reader.position()).isEqualTo(new Lsn((log.position().value() + 7) & -8));
        }
    }

    @Test
    void endsBeforeARecordWhoseRestIsInASegmentThatIsNotThere() throws IOException {
        Lsn whole = log.add(OF_TEST, 0, data(10));
        Lsn cut = log.add(OF_TEST, 0, data(2_000_000));
        log.writeTo(directory);
        Files.delete(directory.resolve("000000010000000200000000"));
        try (LogFiles files = new LogFiles(directory, 1, WrittenLog.LAYOUT)) {
            LogReader reader = new LogReader(files.pages(), FIRST, head -> true);

            assertThat(reader.next())
                    .map(LogRecord::head)
                    .map(RecordHead::begin)
                    .contains(whole);
            assertThat(reader.next()).isEmpty();
            assertThat(reader.position()).isEqualTo(cut);
        }
    }

    @Test
    void findsTheFirstRecordOfASegmentThatBeginsInTheMiddleOfOne() throws IOException {
        log.add(OF_TEST, 0, data(1_500_000));
        Lsn next = log.add(OF_TEST, 0, data(10));
        log.writeTo(directory);
        try (LogFiles files = new LogFiles(directory, 1, WrittenLog.LAYOUT)) {
            assertThat(LogReader.firstRecord(files.pages(), Lsn.parse("2/0"))).contains(next);
            assertThat(LogReader.firstRecord(files.pages(), BEGIN)).contains(FIRST);
            assertThat(LogReader.firstRecord(files.pages(), Lsn.parse("3/0"))).isEmpty();
        }
    }

    @Test
    void namesTheRecordThatIsDamaged() throws IOException {
        log.add(OF_TEST, 0, data(100));
        Lsn hit = log.add(OF_TEST, 0, data(20_000));
        log.add(OF_TEST, 0, data(100));
        log.damage(WrittenLog.LAYOUT.position(hit, 19_000));

        assertThatThrownBy(() -> read(FIRST))
                .isInstanceOf(DamagedLogException.class)
                .hasMessage("the log is damaged at " + hit
                        + " in 000000010000000100000FFF: the record's checksum is wrong");
    }

    @Test
    void refusesEveryFlippedByteOfARecordItsHeadersIncluded() throws IOException {
        log.fillUpTo(40);
        Lsn begin = log.add(OF_TEST, 0x10, data(100));
        Lsn behind = log.add(OF_TEST, 0x10, data(4));
        for (long at = begin.value(); at < behind.value() - 6; at++) {
            log.damage(new Lsn(at));
            boolean refused = refused();
            log.damage(new Lsn(at));
            // No record depends on the timeline that a page names, nor on what fills its header up.
            long inPage = at % 8192;
            boolean idle = inPage >= 4 && inPage < 8 || inPage >= 20 && inPage < 24;
            assertThat(refused || idle).as("byte %s", new Lsn(at)).isTrue();
        }
        assertThat(refused()).isFalse();
    }

    private boolean refused() throws IOException {
        try {
            return read(FIRST).size() != 2;
        } catch (DamagedLogException damaged) {
            return true;
        }
    }

    @Test
    void refusesALogOfAnotherPlace() throws IOException {
        log.add(OF_TEST, 0, data(10));
        log.writeTo(directory);
        Files.move(directory.resolve("000000010000000100000FFF"), directory.resolve("000000010000000100000FFE"));

        assertThatThrownBy(() -> readWritten(Lsn.parse("1/FFE00028")))
                .isInstanceOf(DamagedLogException.class)
                .hasMessageContaining("the page is of 1/FFF00000");
    }

    @Test
    void refusesARecordThatDoesNotFollowTheOneBefore() throws IOException {
        log.add(OF_TEST, 0, data(10));
        log.add(OF_TEST, 0, data(10));
        Lsn third = log.add(OF_TEST, 0, data(10));
        log.writeTo(directory);
        WrittenLog other = new WrittenLog(BEGIN);
        other.add(OF_TEST, 0, data(54));
        assertThat(other.add(OF_TEST, 0, data(10))).isEqualTo(third);
        Path foreign = Files.createDirectory(directory.resolve("other"));
        other.writeTo(foreign);
        byte[] mixed = Files.readAllBytes(directory.resolve("000000010000000100000FFF"));
        byte[] from = Files.readAllBytes(foreign.resolve("000000010000000100000FFF"));
        System.arraycopy(from, WrittenLog.LAYOUT.inFile(third), mixed, WrittenLog.LAYOUT.inFile(third), 40);
        Files.write(directory.resolve("000000010000000100000FFF"), mixed);

        assertThatThrownBy(() -> readWritten(FIRST))
                .isInstanceOf(DamagedLogException.class)
                .hasMessageContaining("it follows the record at " + FIRST + ", not at ");
    }

    @Test
    void takesTheCutOfALogFromASegment() throws IOException {
        log.add(OF_TEST, 0, data(10));
        log.writeTo(directory);

        assertThat(LogFiles.layoutOf(directory.resolve("000000010000000100000FFF")))
                .isEqualTo(WrittenLog.LAYOUT);

        Path none = Files.write(directory.resolve("none"), new byte[8192]);
        assertThatThrownBy(() -> LogFiles.layoutOf(none))
                .isInstanceOf(DamagedLogException.class)
                .hasMessageContaining("segmentBytes cannot be 0");
        Path brief = Files.write(directory.resolve("brief"), new byte[12]);
        assertThatThrownBy(() -> LogFiles.layoutOf(brief)).hasMessageContaining("only 12 bytes");
        assertThatIllegalArgumentException().isThrownBy(() -> new LogLayout(1 << 20, 3000));
        assertThatIllegalArgumentException().isThrownBy(() -> new LogLayout(Integer.MIN_VALUE, 8192));
    }

    private List<LogRecord> read(Lsn from) throws IOException {
        log.writeTo(directory);
        return readWritten(from);
    }

    private List<LogRecord> readWritten(Lsn from) throws IOException {
        List<LogRecord> found = new ArrayList<>();
        try (LogFiles files = new LogFiles(directory, WrittenLog.TIMELINE, WrittenLog.LAYOUT)) {
            LogReader reader = new LogReader(files.pages(), from, head -> head.resourceManager() == OF_TEST);
            for (Optional<LogRecord> next = reader.next(); next.isPresent(); next = reader.next()) {
                found.add(next.get());
            }
        }
        return found;
    }

    private static byte[] data(int bytes) {
        byte[] data = new byte[bytes];
        for (int i = 0; i < bytes; i++) {
            data[i] = (byte) (i * 31 + i / 256);
        }
        return Arrays.copyOf(data, bytes);
    }
}
