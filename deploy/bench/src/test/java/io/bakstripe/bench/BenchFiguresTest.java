package io.bakstripe.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.luben.zstd.Zstd;
import io.bakstripe.bench.Figures.Cpu;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class BenchFiguresTest {
    private static final long GIGA = 1_000_000_000L;

    /** Four times smaller, at 5 CPU-s per GB. */
    private static Figures zstd(double seconds) {
        return new Figures(seconds, GIGA, GIGA / 4, new Cpu(5, 0, 0, 0), 0);
    }

    private static Figures ours(double seconds, double megabytes) {
        return new Figures(seconds, 2 * GIGA, GIGA * 52 / 100, new Cpu(10, 2, 4, 0), megabytes);
    }

    private static Repetition repetition(double backupSeconds, double megabytes) {
        return new Repetition(zstd(2), ours(backupSeconds, megabytes), zstd(1), ours(4, megabytes));
    }

    @Test
    void comparesPerByteOfTheDatabase() {
        Repetition one = repetition(5, 500);

        // 400 MB/s against 500 MB/s.
        assertThat(one.backupSpeed()).isCloseTo(0.8, within(1e-9));
        assertThat(one.restoreSpeed()).isCloseTo(0.5, within(1e-9));
        assertThat(one.stored()).isCloseTo(1.04, within(1e-9));
        assertThat(one.backupCpu()).isCloseTo(5.0 / 8, within(1e-9));
    }

    @Test
    void tellsMinimumAndMedianAndWhatWasMissed(@TempDir Path folder) throws Exception {
        Report<Repetition> report = new Report<>(
                Map.of("cores", 2),
                Repetition.TARGETS,
                List.of(repetition(5, 500), repetition(10, 1000), repetition(20, 600)));
        StringWriter text = new StringWriter();
        Path file = folder.resolve("bench.json");

        report.print(new PrintWriter(text));
        report.write(file);

        JsonNode ratios = new ObjectMapper().readTree(file.toFile()).required("ratios");
        JsonNode speed = ratios.required("backup_speed");
        assertThat(speed.required("minimum").asDouble()).isCloseTo(0.2, within(1e-9));
        assertThat(speed.required("median").asDouble()).isCloseTo(0.4, within(1e-9));
        assertThat(speed.required("reached").asBoolean()).isFalse();
        assertThat(ratios.required("stored").required("reached").asBoolean()).isTrue();
        assertThat(ratios.required("backup_peak").required("reached").asBoolean())
                .isTrue();
        assertThat(text.toString()).contains("repetition 3", "MISSED", "reached");
    }

    @ParameterizedTest
    @CsvSource({"500m, 500000000", "4g, 4000000000", "1G, 1000000000"})
    void readsSizes(String text, long bytes) {
        assertThat(ByteSize.of(text).bytes()).isEqualTo(bytes);
        assertThat(ByteSize.of(ByteSize.of(text).toString()).bytes()).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"4", "g", "-1g", "4t", "1.5g", "99999999999g"})
    void refusesWhatIsNoSize(String text) {
        assertThatThrownBy(() -> ByteSize.of(text)).isInstanceOf(TypeConversionException.class);
    }

    @ParameterizedTest
    @EnumSource(SampleTable.class)
    void rowsAreTheSameForTheSameSeedAndCompressAsRealOnesDo(SampleTable table) {
        String rows = rows(table);

        assertThat(rows).isEqualTo(rows(table));
        byte[] plain = rows.getBytes(StandardCharsets.UTF_8);
        assertThat((double) plain.length / Zstd.compress(plain, 3).length).isBetween(1.5, 12.0);
    }

    private static String rows(SampleTable table) {
        Random random = new Random(1);
        SampleText text = new SampleText(random);
        StringBuilder rows = new StringBuilder();
        for (long id = 1; id <= 2000; id++) {
            table.append(rows, id, text, random);
            rows.append('\n');
        }
        return rows.toString();
    }

    @Test
    void readsProcessorTimeAndPeakMemoryOfAProcess() throws Exception {
        long pid = ProcessHandle.current().pid();
        double before = ProcessFacts.cpuSeconds(pid);
        while (ProcessFacts.cpuSeconds(pid) < before + 0.05) {
            // Processor time passes only while something works.
            Files.exists(Path.of("/"));
        }

        assertThat(ProcessFacts.treeCpuSeconds(pid)).isGreaterThanOrEqualTo(before + 0.05);
        assertThat(ProcessFacts.peakMegabytes(pid)).isBetween(20.0, 4_000.0);
        assertThat(ProcessFacts.cpuSeconds(Integer.MAX_VALUE)).isZero();
        assertThat(ProcessFacts.treeReadBytes(Integer.MAX_VALUE)).isZero();
    }

    @Test
    void countsWhatAProcessReadsAndWrites(@TempDir Path folder) throws Exception {
        long pid = ProcessHandle.current().pid();
        long read = ProcessFacts.treeReadBytes(pid);
        long written = ProcessFacts.writtenBytes(pid);
        Files.write(folder.resolve("file"), new byte[1 << 20]);
        Files.readAllBytes(folder.resolve("file"));

        assertThat(ProcessFacts.treeReadBytes(pid) - read).isBetween(1L << 20, 2L << 20);
        assertThat(ProcessFacts.writtenBytes(pid) - written).isBetween(1L << 20, 2L << 20);
    }
}
