package io.bakstripe.worker.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bakstripe.protocol.name.Lsn;
import io.bakstripe.worker.wal.LogLayout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RolledSegmentsTest {
    private static final LogLayout LAYOUT = new LogLayout(1 << 20, 8192);
    private static final String PROVEN = "000000010000000000000003";
    private static final String NEXT = "000000010000000000000004";
    private static final String LAST = "000000010000000000000005";

    @TempDir
    Path data;

    @Test
    void movesWhatWasBroughtAndCopiesNothing() throws IOException {
        Path log = Files.createDirectory(data.resolve("pg_wal"));
        Path brought = bring();
        Files.writeString(log.resolve(PROVEN), "proven");
        Object inode = Files.getAttribute(brought.resolve(NEXT), "unix:ino");
        Object proven = Files.getAttribute(log.resolve(PROVEN), "unix:ino");

        segments(log, brought).moveIn(Lsn.parse("0/500000"));
        segments(log, brought).moveIn(Lsn.parse("0/500000"));

        assertThat(Files.getAttribute(log.resolve(NEXT), "unix:ino")).isEqualTo(inode);
        assertThat(Files.getAttribute(log.resolve(NEXT), "unix:nlink")).isEqualTo(1);
        assertThat(Files.getAttribute(log.resolve(PROVEN), "unix:ino")).isEqualTo(proven);
        assertThat(brought.toFile().list()).containsExactlyInAnyOrder(PROVEN, LAST);
        assertThat(log.toFile().list()).containsExactlyInAnyOrder(PROVEN, NEXT);
    }

    @Test
    void copiesWhereItCannotMove() throws IOException {
        Path memory = Path.of("/dev/shm");
        assumeTrue(Files.isWritable(memory), "another file system");
        assumeTrue(!Files.getFileStore(memory).equals(Files.getFileStore(data)), "another file system");
        Path log = Files.createTempDirectory(memory, "pg_wal");
        try {
            Path brought = bring();
            Files.writeString(log.resolve(NEXT), "of an earlier try");

            segments(log, brought).moveIn(Lsn.parse("0/600000"));
            segments(log, brought).moveIn(Lsn.parse("0/600000"));

            assertThat(log.toFile().list()).containsExactlyInAnyOrder(PROVEN, NEXT, LAST);
            for (String name : new String[] {PROVEN, NEXT, LAST}) {
                assertThat(log.resolve(name)).hasContent("brought " + name);
            }
        } finally {
            Trees.delete(log);
        }
    }

    private Path bring() throws IOException {
        Path brought = Files.createDirectory(data.resolve("brought"));
        for (String name : new String[] {PROVEN, NEXT, LAST}) {
            Files.writeString(brought.resolve(name), "brought " + name);
        }
        return brought;
    }

    private static RolledSegments segments(Path log, Path brought) {
        return new RolledSegments(log, brought, 1, LAYOUT, 4711, Lsn.parse("0/380000"), Lsn.parse("0/600000"));
    }
}
