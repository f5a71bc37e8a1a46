package io.bakstripe.worker.wal;

import static io.bakstripe.worker.host.TestHost.column;
import static io.bakstripe.worker.host.TestHost.execute;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bakstripe.protocol.instance.ServerConnection;
import io.bakstripe.protocol.name.Lsn;
import io.bakstripe.worker.host.PlainServer;
import io.bakstripe.worker.host.PostgresRelease;
import io.bakstripe.worker.host.PostgresReleases;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Reads what a server wrote, in small segments, with compressed page images and records larger than a segment. */
@ParameterizedClass
@MethodSource(PostgresReleases.EACH)
class RealLogTest {
    private static final int KIND = 0x70;
    private static final int COMMIT = 0x00;
    private static final int TRANSACTIONS = 1;
    private static final int FIRST_WITH_A_READER = 15;

    @TempDir
    static Path parent;

    private static Path folder;

    private static PlainServer server;
    private static ServerConnection postgres;
    private static Lsn begin;
    private static Lsn end;

    @Parameter
    PostgresRelease release;

    @BeforeParameterizedClassInvocation
    static void write(PostgresRelease release) throws Exception {
        folder = Files.createDirectory(parent.resolve(release.toString()));
        server = PlainServer.start(
                folder,
                release,
                List.of("--wal-segsize=1"),
                "autovacuum = off\nwal_compression = on\nwal_keep_size = 500MB\nmax_wal_size = 1GB\nwal_level = logical\n",
                "");
        postgres = server.database("postgres");
        execute(postgres, "SELECT pg_switch_wal()");
        // The position of a next record, even where a page begins.
        begin = lsn("SELECT pg_logical_emit_message(false, 'begin', '')");
        execute(
                postgres,
                "CREATE TABLE rows AS SELECT i, md5(i::text) AS text FROM generate_series(1, 20000) i",
                "CREATE INDEX ON rows (text)",
                "CREATE INDEX ON rows USING gin (to_tsvector('simple', text))",
                "CHECKPOINT",
                "UPDATE rows SET text = text || 'x' WHERE i % 7 = 0",
                "SELECT pg_logical_emit_message(false, 'large', repeat('large', 700000))",
                "CREATE DATABASE other",
                "DO $$BEGIN FOR i IN 1..300 LOOP INSERT INTO rows VALUES (i, 'x'); COMMIT; END LOOP; END$$",
                "SELECT pg_switch_wal()",
                "DELETE FROM rows WHERE i % 5 = 0",
                "VACUUM FREEZE rows",
                "TRUNCATE rows");
        end = lsn("SELECT pg_logical_emit_message(true, 'end', '')");
        execute(postgres, "CHECKPOINT");
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        server.close();
    }

    @Test
    void readsWhatTheServerWroteWithoutAGap() throws IOException {
        List<LogRecord> records = read(head -> true);

        assertThat(records).hasSizeGreaterThan(20_000);
        assertThat(records.get(records.size() - 1).head().begin()).isGreaterThanOrEqualTo(before(end));
        assertThat(records)
                .allSatisfy(record ->
                        assertThat(record.checksum()).isEqualTo(record.head().checksum()));
        assertThat(records)
                .filteredOn(record -> record.head().resourceManager() == TRANSACTIONS
                        && (record.head().info() & KIND) == COMMIT)
                .hasSizeGreaterThan(300)
                .allSatisfy(commit -> assertThat(commit.head().xid()).isPositive());
        assertThat(records).anyMatch(record -> record.mainData().length > 3_000_000);
    }

    @Test
    void agreesWithTheServersOwnReader() throws Exception {
        assumeTrue(release.major() >= FIRST_WITH_A_READER);
        execute(postgres, "CREATE EXTENSION pg_walinspect");

        List<String> theirs = column(
                postgres,
                "SELECT start_lsn || ' ' || end_lsn || ' ' || prev_lsn || ' ' || xid || ' ' || record_length || ' '"
                        + " || main_data_length FROM pg_get_wal_records_info('" + begin + "', '" + end + "')");

        List<String> ours = read(head -> head.begin().compareTo(end) < 0).stream()
                .map(record -> record.head().begin() + " " + record.end() + " "
                        + record.head().previous() + " " + record.head().xid() + " "
                        + record.head().bytes() + " " + record.mainData().length)
                .toList();
        assertThat(ours).hasSizeGreaterThan(20_000).startsWith(theirs.get(0)).hasSameSizeAs(theirs);
        assertThat(ours).isEqualTo(theirs);
    }

    private static List<LogRecord> read(Predicate<RecordHead> wanted) throws IOException {
        List<LogRecord> records = new ArrayList<>();
        Path log = server.data().resolve("pg_wal");
        LogLayout layout = LogFiles.layoutOf(log.resolve(new LogLayout(1 << 20, 8192).fileName(1, begin)));
        assertThat(layout).isEqualTo(new LogLayout(1 << 20, 8192));
        try (LogFiles files = new LogFiles(log, 1, layout)) {
            LogReader reader = new LogReader(files.pages(), begin, wanted);
            while (reader.position().compareTo(end) < 0) {
                Optional<LogRecord> next = reader.next();
                if (next.isEmpty()) {
                    break;
                }
                records.add(next.get());
            }
            assertThat(reader.position()).isGreaterThanOrEqualTo(end);
        }
        return records;
    }

    private static Lsn before(Lsn position) {
        return new Lsn(position.value() - 4096);
    }

    private static Lsn lsn(String sql) throws Exception {
        return Lsn.parse(column(postgres, sql).get(0));
    }
}
