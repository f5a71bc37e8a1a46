package io.bakstripe.worker.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.BakstripeException;
import io.bakstripe.protocol.name.Lsn;
import io.bakstripe.worker.wal.RecordHead;
import io.bakstripe.worker.wal.WrittenLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LogPassTest {
    private static final Instant Y2K = Instant.parse("2000-01-01T00:00:00Z");
    private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");
    private static final int COMMIT = 0x00;
    private static final int PREPARE = 0x10;
    private static final int PARAMETER_CHANGE = 0x60;
    private static final long WRITER = 4711;

    @TempDir
    Path data;

    private final WrittenLog log = new WrittenLog(Lsn.parse("0/300000"));
    private Lsn before = new Lsn(0);
    private Lsn from = new Lsn(0);

    @BeforeEach
    void beginSomewhere() {
        before = log.add(RecordHead.LOG, 0x20, new byte[8]);
        from = new Lsn(log.position().value() + 7 & -8);
    }

    @Test
    void stopsBeforeTheFirstTransactionThatEndsNotBeforeTheMoment() throws IOException {
        Lsn early = ended(COMMIT, NOON.minusMillis(1));
        Lsn late = ended(COMMIT, NOON);
        ended(COMMIT, NOON.plusMillis(1));

        LogFindings found = pass(Optional.of(NOON));

        assertThat(found.stopped()).isTrue();
        assertThat(found.end()).isEqualTo(late);
        assertThat(found.lastRecord()).isEqualTo(early);
        assertThat(found.lastCommit()).contains(NOON.minusMillis(1));
    }

    @Test
    void leavesOutAllThatEndedAtTheVeryMoment() throws IOException {
        Lsn first = ended(COMMIT, NOON);
        ended(COMMIT, NOON);
        ended(COMMIT, NOON);

        assertThat(pass(Optional.of(NOON)).end()).isEqualTo(first);
        assertThat(pass(Optional.of(NOON)).lastRecord()).isEqualTo(before);
        assertThat(pass(Optional.of(NOON.plus(1, ChronoUnit.MICROS))).stopped()).isFalse();
    }

    @Test
    void takesTheLogInItsOrderWhereClocksWentBack() throws IOException {
        ended(COMMIT, NOON);
        Lsn jumped = ended(COMMIT, NOON.plusSeconds(60));
        ended(COMMIT, NOON.minusSeconds(60));

        LogFindings found = pass(Optional.of(NOON.plusSeconds(1)));
        assertThat(found.end()).isEqualTo(jumped);
        assertThat(found.lastCommit()).contains(NOON);
        assertThat(pass(Optional.empty()).lastCommit()).contains(NOON.plusSeconds(60));
    }

    @ParameterizedTest
    @ValueSource(ints = {0x00, 0x80, 0x20, 0xA0, 0x30, 0x40})
    void knowsEveryRecordThatEndsATransaction(int info) throws IOException {
        Lsn end = ended(info, NOON);

        assertThat(pass(Optional.of(NOON)).end()).isEqualTo(end);
    }

    @Test
    void takesNoOtherRecordForAnEnd() throws IOException {
        ended(PREPARE, NOON);
        log.add(RecordHead.LOG, COMMIT, time(NOON));

        LogFindings found = pass(Optional.of(NOON));

        assertThat(found.stopped()).isFalse();
        assertThat(found.lastCommit()).isEmpty();
    }

    @Test
    void goesToTheEndOfALogThatASwitchEnds() throws IOException {
        ended(COMMIT, NOON);
        Lsn last = new Lsn(log.position().value() + 7 & -8);
        log.addSwitch();

        LogFindings found = pass(Optional.of(NOON.plusSeconds(1)));

        assertThat(found.end()).isEqualTo(Lsn.parse("0/400000"));
        assertThat(found.lastRecord()).isEqualTo(last);
    }

    @Test
    void remembersTheLargestLimits() throws IOException {
        limits(10, 200, 3, 4, 500);
        limits(100, 20, 30, 4, 50);
        ended(COMMIT, NOON);

        assertThat(pass(Optional.empty()).limits()).isEqualTo(new ServerLimits(100, 200, 30, 4, 500));
    }

    @Test
    void refusesALogThatFollowsAnotherRecord() throws IOException {
        ended(COMMIT, NOON);
        before = new Lsn(before.value() - 8);

        refused("it follows the record at");
    }

    @Test
    void refusesALogThatEndsTooEarlyOrOfAnotherServer() throws IOException {
        ended(COMMIT, NOON);
        log.writeTo(Files.createDirectories(data.resolve("brought")));
        Lsn end = new Lsn(log.position().value() + 7 & -8);

        assertThatThrownBy(
                        () -> LogPass.onwards(segments(WRITER, Lsn.parse("0/400000")), from, before, Optional.empty()))
                .hasMessageContaining("the log ends at " + end + ", before 0/400000");
        Lsn start = Lsn.parse("0/300000");
        assertThatThrownBy(() -> LogPass.onwards(
                        segments(WRITER + 1, end), new Lsn(start.value() + 40), new Lsn(0), Optional.empty()))
                .hasMessageContaining("was written by server 4711, not by 4712");
    }

    @ParameterizedTest
    @ValueSource(strings = {"cut in a page", "cut at a page", "blank behind", "of another place", "empty"})
    void refusesSegmentsThatWereTorn(String how) throws IOException {
        for (int i = 0; i < 2000; i++) {
            log.add(RecordHead.LOG, 0x20, new byte[200]);
        }
        ended(COMMIT, NOON);
        log.addSwitch();
        Path brought = Files.createDirectories(data.resolve("brought"));
        log.writeTo(brought);
        Path segment = brought.resolve(WrittenLog.LAYOUT.fileName(WrittenLog.TIMELINE, from));
        byte[] bytes = Files.readAllBytes(segment);
        byte[] torn = switch (how) {
            case "cut in a page" -> Arrays.copyOf(bytes, 20 * 8192 + 100);
            case "cut at a page" -> Arrays.copyOf(bytes, 20 * 8192);
            case "blank behind" -> Arrays.copyOf(Arrays.copyOf(bytes, 20 * 8192 + 100), bytes.length);
            case "of another place" -> {
                byte[] older = bytes.clone();
                System.arraycopy(bytes, 10 * 8192, older, 20 * 8192, 10 * 8192);
                yield older;
            }
            default -> new byte[0];
        };
        Files.write(segment, torn);

        assertThatThrownBy(
                        () -> LogPass.onwards(segments(WRITER, Lsn.parse("0/400000")), from, before, Optional.empty()))
                .isInstanceOfSatisfying(
                        BakstripeException.class,
                        thrown -> assertThat(thrown.problem().error()).isEqualTo(BackupError.MANIFEST_MISMATCH));
    }

    private void refused(String why) {
        assertThatThrownBy(() -> pass(Optional.empty()))
                .isInstanceOfSatisfying(
                        BakstripeException.class,
                        thrown -> assertThat(thrown.problem().error()).isEqualTo(BackupError.MANIFEST_MISMATCH))
                .hasMessageContaining(why);
    }

    private LogFindings pass(Optional<Instant> stopAt) throws IOException {
        log.writeTo(Files.createDirectories(data.resolve("brought")));
        Lsn end = new Lsn(log.position().value() + 7 & -8);
        return LogPass.onwards(segments(WRITER, end), from, before, stopAt);
    }

    private RolledSegments segments(long writer, Lsn end) {
        return new RolledSegments(
                data.resolve("pg_wal"),
                data.resolve("brought"),
                WrittenLog.TIMELINE,
                WrittenLog.LAYOUT,
                writer,
                from,
                end);
    }

    private Lsn ended(int info, Instant moment) {
        return log.add(RecordHead.TRANSACTION, info, time(moment));
    }

    private void limits(int... values) {
        ByteBuffer data = ByteBuffer.allocate(28).order(ByteOrder.LITTLE_ENDIAN);
        for (int value : values) {
            data.putInt(value);
        }
        log.add(RecordHead.LOG, PARAMETER_CHANGE, data.array());
    }

    private static byte[] time(Instant moment) {
        return ByteBuffer.allocate(12)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(ChronoUnit.MICROS.between(Y2K, moment))
                .array();
    }
}
