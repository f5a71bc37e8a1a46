package io.bakstripe.worker.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LogSizeTest {
    @TempDir
    Path data;

    @ParameterizedTest
    @CsvSource({"1, 80MB, 1024MB", "16, 80MB, 1024MB", "64, 128MB, 1024MB", "1024, 2048MB, 4096MB"})
    void isTwoSegmentsAtLeast(int megabytes, String least, String most) throws Exception {
        Files.createDirectories(data.resolve("pg_wal/archive_status"));
        Files.writeString(data.resolve("pg_wal/00000002.history"), "1\t0/2000000\tno recovery target specified\n");
        try (RandomAccessFile segment = new RandomAccessFile(
                data.resolve("pg_wal/000000010000000000000001").toFile(), "rw")) {
            segment.setLength((long) megabytes << 20);
        }

        LogSize size = LogSize.of(data);

        assertThat(size.segmentBytes()).isEqualTo((long) megabytes << 20);
        assertThat(size.least()).isEqualTo(least);
        assertThat(size.most()).isEqualTo(most);
    }

    @Test
    void isTheUsualOneWhereThereIsNoLog() throws Exception {
        assertThat(LogSize.of(data).least()).isEqualTo("80MB");
    }
}
