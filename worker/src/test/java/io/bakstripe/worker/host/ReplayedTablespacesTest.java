package io.bakstripe.worker.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.BakstripeException;
import io.bakstripe.protocol.name.Lsn;
import io.bakstripe.worker.wal.LogFiles;
import io.bakstripe.worker.wal.LogReader;
import io.bakstripe.worker.wal.LogRecord;
import io.bakstripe.worker.wal.RecordHead;
import io.bakstripe.worker.wal.WrittenLog;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReplayedTablespacesTest {
    private static final String PATH = "/srv/täble spaces/\\one";
    private static final int CHECKSUM_AT = 20;

    /** Of the path in a record: behind its header, the head of its data and the identifier. */
    private static final int PATH_AT = 24 + 2 + 4;

    @TempDir
    Path data;

    private final RestoredLog restored = new RestoredLog();

    @Test
    void emptiesThePathsOfTheBackupsSpanAndNamesTheirTablespaces() throws IOException {
        restored.log.addTablespace(16_400, PATH);
        restored.log.addTablespace(-2, PATH + "2");
        restored.log.addTablespace(16_402, "");
        restored.ended().writeTo(data);

        assertThat(LogPass.ofBackup(data).tablespaces()).containsExactlyInAnyOrder(16_400L, 16_402L, 4_294_967_294L);

        assertThat(paths()).containsExactly("", "", "");
    }

    @Test
    void isRepeatedWithoutAnyChange() throws IOException {
        restored.log.addTablespace(16_400, PATH);
        restored.ended().writeTo(data);
        LogPass.ofBackup(data);
        SortedMap<String, String> once = FileTree.of(data);

        assertThat(LogPass.ofBackup(data).tablespaces()).containsExactly(16_400L);

        assertThat(FileTree.of(data)).isEqualTo(once);
    }

    @Test
    void leavesTheLogBehindTheBackupsEndAlone() throws IOException {
        restored.ended().log.addTablespace(16_400, PATH);
        restored.writeTo(data);
        SortedMap<String, String> before = FileTree.of(data);

        assertThat(LogPass.ofBackup(data).tablespaces()).isEmpty();

        assertThat(FileTree.of(data)).isEqualTo(before);
        assertThat(paths()).containsExactly(PATH);
    }

    @ParameterizedTest
    @ValueSource(ints = {8, 16, 24, 32})
    void emptiesPathsOfRecordsThatCrossPagesAndSegments(int bytesBeforeEnd) throws IOException {
        while (restored.log.position().value() < 0x3FE000) {
            restored.log.fillUpTo(0);
        }
        restored.log.fillUpTo(bytesBeforeEnd);
        restored.log.addTablespace(16_400, PATH);
        restored.ended().writeTo(data);

        assertThat(LogPass.ofBackup(data).tablespaces()).containsExactly(16_400L);

        assertThat(restored.log.position()).isGreaterThan(Lsn.parse("0/400000"));
        assertThat(paths()).containsExactly("");
    }

    @Test
    void completesWhatACrashLeftWithAnEmptyPathAndTheOldChecksum() throws IOException {
        Lsn begin = restored.log.addTablespace(16_400, PATH);
        restored.ended().writeTo(data);
        byte[] checksum = bytes(begin, CHECKSUM_AT, 4);
        LogPass.ofBackup(data);
        write(begin, CHECKSUM_AT, checksum);

        assertThat(LogPass.ofBackup(data).tablespaces()).containsExactly(16_400L);

        assertThat(paths()).containsExactly("");
        assertThat(bytes(begin, CHECKSUM_AT, 4)).isNotEqualTo(checksum);
    }

    @Test
    void completesWhatACrashLeftWithTheOldPathAndTheNewChecksum() throws IOException {
        Lsn begin = restored.log.addTablespace(16_400, PATH);
        restored.ended().writeTo(data);
        LogPass.ofBackup(data);
        write(begin, PATH_AT, new byte[] {'/'});

        assertThat(LogPass.ofBackup(data).tablespaces()).containsExactly(16_400L);

        assertThat(paths()).containsExactly("");
    }

    @Test
    void refusesDamageToSuchARecord() throws IOException {
        Lsn begin = restored.log.addTablespace(16_400, PATH);
        restored.ended();
        restored.log.damage(new Lsn(begin.value() + PATH_AT + 3));
        restored.writeTo(data);

        refused("the log is damaged at " + begin + " in 000000010000000000000003: the record's checksum is wrong");
        assertThat(bytes(begin, PATH_AT, 1)).containsExactly('/');
    }

    @Test
    void refusesALogThatDoesNotReachTheEndOfTheBackup() throws IOException {
        Lsn end = restored.log.position();
        restored.writeTo(data);

        refused("the log ends at " + new Lsn(end.value() + 7 & -8) + ", before the end of the backup");
    }

    @Test
    void refusesALogWithAnotherCheckpointThanTheLabelNames() throws IOException {
        Lsn other = restored.log.addLsn(0x10, Lsn.parse("0/200028"));
        restored.ended().writeTo(data);

        RestoredLog.writeLabel(data, RestoredLog.START, other);
        refused("the record at " + other + " is not the checkpoint of the backup's start");
        RestoredLog.writeLabel(data, RestoredLog.START, Lsn.parse("0/300030"));
        refused("the log has no checkpoint at 0/300030");
        RestoredLog.writeLabel(data, restored.checkpoint(), restored.checkpoint());
        refused("the record at " + restored.checkpoint() + " is not the checkpoint of the backup's start");
    }

    @Test
    void refusesWithoutLabelOrLog() throws IOException {
        refused("there is no backup_label");
        Files.writeString(data.resolve("backup_label"), "START WAL LOCATION: everywhere");
        refused("backup_label does not say where the backup starts");
        RestoredLog.writeLabel(data, RestoredLog.START, restored.checkpoint());
        refused("log segment 000000010000000000000003 is missing");
    }

    @Test
    void refusesALogOfAnotherServerOrTimelineOrThatWasTorn() throws IOException {
        restored.ended().writeTo(data);
        Path segment = data.resolve("pg_wal/000000010000000000000003");
        byte[] good = Files.readAllBytes(segment);
        Path control = Files.createDirectories(data.resolve("global")).resolve("pg_control");
        Files.write(control, new byte[] {0x68, 0x12, 0, 0, 0, 0, 0, 0});
        refused("was written by server 4711, not by 4712");
        Files.write(control, new byte[] {0x67, 0x12, 0, 0, 0, 0, 0, 0});
        assertThat(LogPass.ofBackup(data).tablespaces()).isEmpty();

        byte[] later = good.clone();
        later[4] = 2;
        Files.write(segment, later);
        refused("is of timeline 2");
        Files.write(segment, java.util.Arrays.copyOf(good, 100));
        refused("before the end of the backup");
        Files.write(segment, new byte[10]);
        refused("it has only 10 bytes");
    }

    private void refused(String why) {
        assertThatThrownBy(() -> LogPass.ofBackup(data))
                .isInstanceOfSatisfying(
                        BakstripeException.class,
                        thrown -> assertThat(thrown.problem().error()).isEqualTo(BackupError.MANIFEST_MISMATCH))
                .hasMessageContaining(why);
    }

    private List<String> paths() throws IOException {
        List<String> paths = new ArrayList<>();
        try (LogFiles files = new LogFiles(data.resolve("pg_wal"), WrittenLog.TIMELINE, WrittenLog.LAYOUT)) {
            LogReader reader =
                    new LogReader(files.pages(), RestoredLog.START, head -> head.is(RecordHead.TABLESPACE, 0));
            for (Optional<LogRecord> next = reader.next(); next.isPresent(); next = reader.next()) {
                byte[] content = next.get().mainData();
                String path =
                        new String(content, Integer.BYTES, content.length - Integer.BYTES, StandardCharsets.UTF_8);
                paths.add(path.substring(0, path.indexOf('\0')));
            }
        }
        return paths;
    }

    private byte[] bytes(Lsn begin, int offset, int count) throws IOException {
        Lsn at = WrittenLog.LAYOUT.position(begin, offset);
        byte[] segment = Files.readAllBytes(data.resolve("pg_wal/" + WrittenLog.LAYOUT.fileName(1, at)));
        int from = (int) (at.value() % WrittenLog.LAYOUT.segmentBytes());
        return java.util.Arrays.copyOfRange(segment, from, from + count);
    }

    private void write(Lsn begin, int offset, byte[] bytes) throws IOException {
        try (LogFiles files = new LogFiles(data.resolve("pg_wal"), WrittenLog.TIMELINE, WrittenLog.LAYOUT)) {
            files.overwrite(begin, offset, bytes);
        }
    }
}
