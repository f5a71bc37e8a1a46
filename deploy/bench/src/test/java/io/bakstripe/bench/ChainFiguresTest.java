package io.bakstripe.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.bakstripe.bench.Figures.Cpu;
import io.bakstripe.protocol.name.Lsn;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChainFiguresTest {
    private static final int PAGE = 8192;
    private static final long MEGA = 1_000_000L;

    private static MeasuredTasks.Done done(double seconds, long storedBytes, long readBytes, long writtenBytes)
            throws Exception {
        return new MeasuredTasks.Done(
                new ObjectMapper().readTree("{\"copyStatements\": 7}"),
                new Figures(seconds, 100 * MEGA, storedBytes, new Cpu(1, 1, 0, 0), 0),
                readBytes,
                writtenBytes);
    }

    @Test
    void comparesADifferentialWithTheFullBackupBeforeIt(@TempDir Path folder) throws Exception {
        MeasuredTasks.Done full = done(10, 200 * MEGA, 1_000 * MEGA, 0);
        MeasuredTasks.Done differential = done(1.5, 10 * MEGA, 20 * MEGA, 0);
        DifferentialRound round =
                new DifferentialRound(new ChangedPages(3, 300), full, differential, full, full, full, full, full);

        assertThat(round.stored()).isCloseTo(0.05, within(1e-9));
        // Half of a tenth of 10 s and 2 s more.
        assertThat(round.time()).isCloseTo(0.5, within(1e-9));
        assertThat(round.read()).isCloseTo(0.02, within(1e-9));

        StringWriter text = new StringWriter();
        Report<DifferentialRound> report = new Report<>(Map.of(), DifferentialRound.TARGETS, List.of(round));
        report.print(new PrintWriter(text));
        report.write(folder.resolve("bench.json"));
        JsonNode json = new ObjectMapper().readTree(folder.resolve("bench.json").toFile());
        assertThat(text.toString()).contains("changedPages=3").doesNotContain("MISSED");
        assertThat(json.required("ratios").required("read").required("reached").asBoolean())
                .isTrue();
        assertThat(json.required("repetitions")
                        .get(0)
                        .required("copyStatementsDifferential")
                        .asLong())
                .isEqualTo(7);
    }

    @Test
    void comparesALogBackupOverTheSegmentsThatTheYardstickHas() throws Exception {
        Figures zstd = new Figures(3, 90 * MEGA, 20 * MEGA, new Cpu(1, 0, 0, 0), 0);
        LogRound round = new LogRound(
                new WalLoad.Made(1, 90 * MEGA, 0),
                zstd,
                done(4, 21 * MEGA, 0, 0),
                zstd,
                done(1, 0, 0, 0),
                done(2, 0, 0, 101 * MEGA),
                done(1, 0, 0, 0));

        // The segment more that the backup holds is not counted for it.
        assertThat(round.backupSpeed()).isCloseTo(0.75, within(1e-9));
        assertThat(round.backupCpu()).isCloseTo(0.5, within(1e-9));
        assertThat(round.restoreSpeed()).isCloseTo(1.5, within(1e-9));
        assertThat(round.stored()).isCloseTo(1.05, within(1e-9));
        assertThat(round.written()).isCloseTo(1.01, within(1e-9));
    }

    @Test
    void countsThePagesOfRelationsThatHaveChangedSince(@TempDir Path pgdata) throws Exception {
        Path database = Files.createDirectories(pgdata.resolve("base/5"));
        Lsn since = Lsn.parse("1/80000000");
        Files.write(database.resolve("16384"), pages("0/FFFFFFFF", "1/7FFFFFFF", "1/80000000"));
        Files.write(database.resolve("16384.1"), pages("2/0"));
        Files.write(database.resolve("16384_vm"), pages("2/0"));
        Files.write(database.resolve("PG_VERSION"), new byte[] {'1', '8'});

        ChangedPages counted = ChangedPages.count(pgdata, since);

        assertThat(counted).isEqualTo(new ChangedPages(2, 4));
    }

    private static byte[] pages(String... positions) {
        ByteBuffer pages = ByteBuffer.allocate(positions.length * PAGE).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < positions.length; i++) {
            long position = Lsn.parse(positions[i]).value();
            pages.putInt(i * PAGE, (int) (position >>> Integer.SIZE));
            pages.putInt(i * PAGE + Integer.BYTES, (int) position);
        }
        return pages.array();
    }
}
