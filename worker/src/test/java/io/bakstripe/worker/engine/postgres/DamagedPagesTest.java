package io.bakstripe.worker.engine.postgres;

import static io.bakstripe.worker.engine.postgres.TestSource.NAME;
import static io.bakstripe.worker.engine.postgres.TestSource.read;
import static io.bakstripe.worker.host.TestHost.column;
import static io.bakstripe.worker.host.TestHost.execute;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.bakstripe.protocol.instance.ServerConnection;
import io.bakstripe.protocol.name.Lsn;
import io.bakstripe.protocol.stripe.Extent;
import io.bakstripe.protocol.stripe.ExtentKind;
import io.bakstripe.protocol.stripe.StartFacts;
import io.bakstripe.worker.engine.BackupHold;
import io.bakstripe.worker.engine.Engine.SourceAddress;
import io.bakstripe.worker.engine.ExtentReader;
import io.bakstripe.worker.engine.PageCheck.Suspect;
import io.bakstripe.worker.engine.PageReader;
import io.bakstripe.worker.engine.PageReader.Reading;
import io.bakstripe.worker.engine.PageReader.Verdict;
import io.bakstripe.worker.engine.Piece;
import io.bakstripe.worker.host.PlainServer;
import io.bakstripe.worker.host.PostgresReleases;
import io.bakstripe.worker.host.TestHost;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pages of a real server, damaged on its disk. What a test damages it mends again. */
class DamagedPagesTest {
    private static final int PAGE = 8192;
    private static final int SEGMENT_BLOCKS = 131_072;

    @TempDir
    static Path data;

    private static TestHost host;
    private static ServerConnection source;
    private static SourceAddress role;
    private static Path pgdata;
    private final PostgresEngine engine = TestSource.engine();

    @BeforeAll
    static void startSource() throws Exception {
        host = new TestHost(data);
        source = host.provision("source");
        role = TestSource.backupRole(source, "bk");
        execute(
                source,
                "CREATE EXTENSION pageinspect",
                "CREATE TABLE filled AS SELECT i, repeat(md5(i::text), 20) AS text FROM generate_series(1, 3000) i",
                "CREATE INDEX filled_i ON filled (i)",
                "CREATE TABLE wide (i int, text text)",
                "ALTER TABLE wide ALTER text SET STORAGE EXTERNAL",
                "INSERT INTO wide SELECT i, repeat(md5(i::text), 500) FROM generate_series(1, 50) i",
                "VACUUM (FREEZE, ANALYZE)",
                "CHECKPOINT");
        pgdata = Path.of(column(source, "SHOW data_directory").get(0));
    }

    @AfterAll
    static void stop() {
        host.close();
    }

    /** Every suspicious page of the server, as a backup meets them. */
    private List<Suspect> suspects(SourceAddress address) {
        try (BackupHold hold = engine.open(address, TestSource.full("damage"));
                ExtentReader reader = engine.reader(address, NAME)) {
            List<Extent> files = TestSource.list(hold).stream()
                    .filter(extent -> extent.kind() == ExtentKind.FILE)
                    .toList();
            return read(reader, files).stream()
                    .flatMap(piece -> reader.pages().suspects(piece).stream())
                    .toList();
        }
    }

    private List<Suspect> suspects(Extent... extents) {
        try (ExtentReader reader = engine.reader(role, NAME)) {
            return read(reader, List.of(extents)).stream()
                    .flatMap(piece -> reader.pages().suspects(piece).stream())
                    .toList();
        }
    }

    private static String path(String relation) throws Exception {
        return column(source, "SELECT pg_relation_filepath('" + relation + "')").get(0);
    }

    private static byte[] page(String path, long block) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(pgdata.resolve(path).toFile(), "r")) {
            byte[] page = new byte[PAGE];
            file.seek(block * PAGE);
            file.readFully(page);
            return page;
        }
    }

    private static void write(String path, long block, byte[] bytes) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(pgdata.resolve(path).toFile(), "rw")) {
            file.seek(block * PAGE);
            file.write(bytes);
        }
    }

    /** A page with one bit of its last half turned. */
    private static byte[] damaged(byte[] page) {
        byte[] damaged = page.clone();
        damaged[PAGE - 100] ^= 4;
        return damaged;
    }

    private static byte[] withLsn(byte[] page, Lsn lsn) {
        byte[] changed = page.clone();
        ByteBuffer header = ByteBuffer.wrap(changed).order(ByteOrder.LITTLE_ENDIAN);
        header.putInt(0, (int) (lsn.value() >>> Integer.SIZE)).putInt(Integer.BYTES, (int) lsn.value());
        return changed;
    }

    @Test
    void reckonsTheChecksumsThatTheServerReckons() throws Exception {
        PageChecksum checksum = new PageChecksum();
        Random random = new Random(1);
        for (int round = 0; round < 50; round++) {
            byte[] page = new byte[PAGE];
            random.nextBytes(page);
            long block = random.nextInt() & 0x7FFF_FFFFL;
            String hex = HexFormat.of().formatHex(page);

            // The server looks at the page as it is, its checksum included, which counts as zero.
            String expected = column(source, "SELECT page_checksum('\\x" + hex + "', " + block + ")")
                    .get(0);

            assertThat((short) checksum.expected(
                            PageChecksum.words(ByteBuffer.wrap(page), 0, PAGE), 0, PAGE / Integer.BYTES, block))
                    .isEqualTo(Short.parseShort(expected));
        }
    }

    @Test
    void findsNothingInAServerThatIsWhole() {
        assertThat(suspects(role)).isEmpty();
    }

    @Test
    void findsEveryDamagedPageWhereverItLies() throws Exception {
        String table = path("filled");
        String toast = path("pg_toast.pg_toast_"
                + column(source, "SELECT 'wide'::regclass::oid::int").get(0));
        String index = path("filled_i");
        String shared = path("pg_shdescription");
        record Target(String path, long block) {}
        List<Target> targets = List.of(
                new Target(table, 0),
                new Target(table, 30),
                new Target(table, 31),
                new Target(table, 200),
                new Target(index, 3),
                new Target(toast, 2),
                new Target(table + "_vm", 0),
                new Target(table + "_fsm", 1),
                new Target(shared, 0));
        List<byte[]> whole = new ArrayList<>();
        for (Target target : targets) {
            whole.add(page(target.path(), target.block()));
            write(target.path(), target.block(), damaged(page(target.path(), target.block())));
        }

        List<Suspect> found = suspects(role);
        List<Reading> again;
        try (PageReader pages = engine.pageReader(role, NAME, start("FFFFFFFF/0"))) {
            again = pages.again(found);
        }
        for (int i = 0; i < targets.size(); i++) {
            write(targets.get(i).path(), targets.get(i).block(), whole.get(i));
        }

        assertThat(found)
                .extracting(Suspect::path, Suspect::block)
                .containsExactlyInAnyOrderElementsOf(targets.stream()
                        .map(target -> tuple(target.path(), target.block()))
                        .toList());
        assertThat(again).extracting(Reading::verdict).containsOnly(Verdict.DAMAGED);
        assertThat(suspects(role)).isEmpty();
    }

    @Test
    void countsBlocksOverTheSegmentsOfARelation() throws Exception {
        String relation = "base/1/99999";
        byte[] page = page(path("filled"), 7);
        String hex = HexFormat.of().formatHex(page);
        short sum =
                Short.parseShort(column(source, "SELECT page_checksum('\\x" + hex + "', " + (SEGMENT_BLOCKS + 40) + ")")
                        .get(0));
        ByteBuffer.wrap(page).order(ByteOrder.LITTLE_ENDIAN).putShort(8, sum);
        // All but this page is a hole, and a page of zeros is fine.
        write(relation + ".1", 40, page);
        write(relation, 40, page);

        List<Suspect> found = suspects(
                Extent.file(relation, 0, 41L * PAGE),
                Extent.file(relation + ".1", 0, 41L * PAGE),
                Extent.file(relation + ".1", 40L * PAGE, PAGE));

        Files.delete(pgdata.resolve(relation));
        Files.delete(pgdata.resolve(relation + ".1"));
        assertThat(found).containsExactly(new Suspect(relation, 40L * PAGE, PAGE, 40));
    }

    @Test
    void leavesPartsOfPagesAndOtherFilesAlone() throws Exception {
        String table = path("filled");
        byte[] noise = new byte[PAGE + 100];
        new Random(2).nextBytes(noise);
        Files.write(pgdata.resolve("base/1/pg_other.map"), noise);
        Files.write(pgdata.resolve("base/1/99997"), new byte[PAGE]);
        write("base/1/99997", 1, new byte[] {1, 2, 3});

        assertThat(suspects(
                        Extent.file("base/1/pg_other.map", 0, noise.length),
                        Extent.file("base/1/99997", 0, PAGE + 3),
                        Extent.file(table, 100, 2 * PAGE - 200),
                        Extent.file("base/1/vanished", 0, PAGE)))
                .isEmpty();
        Files.delete(pgdata.resolve("base/1/pg_other.map"));
        Files.delete(pgdata.resolve("base/1/99997"));
    }

    @Test
    void takesTheLaterReadingOfAPageThatWasTorn() throws Exception {
        String table = path("filled");
        byte[] whole = page(table, 11);
        write(table, 11, damaged(whole));
        List<Suspect> found = suspects(Extent.file(table, 0, 20L * PAGE));

        try (PageReader pages = engine.pageReader(role, NAME, start("FFFFFFFF/0"))) {
            assertThat(pages.again(found)).extracting(Reading::verdict).containsExactly(Verdict.DAMAGED);
            write(table, 11, whole);
            assertThat(pages.again(found)).singleElement().satisfies(reading -> {
                assertThat(reading.verdict()).isEqualTo(Verdict.SOUND);
                assertThat(reading.content()).isEqualTo(whole);
            });
        }
    }

    @Test
    void believesAPageThatWasChangedSinceTheBackupBegan() throws Exception {
        String file = "base/1/99996";
        byte[] page = damaged(page(path("filled"), 12));
        Lsn now = Lsn.parse(column(source, "SELECT pg_current_wal_insert_lsn()").get(0));
        Lsn start = new Lsn(now.value() - 100);
        write(file, 0, withLsn(page, start));
        write(file, 1, withLsn(page, new Lsn(start.value() - 1)));
        // No log reaches so far: bytes that mean nothing would be believed otherwise.
        write(file, 2, withLsn(page, new Lsn(now.value() + (1L << 40))));
        List<Suspect> found = suspects(Extent.file(file, 0, 3L * PAGE));

        List<Reading> readings;
        try (PageReader pages = engine.pageReader(role, NAME, start(start.toString()))) {
            readings = pages.again(found);
        }
        Files.delete(pgdata.resolve(file));

        assertThat(found).hasSize(3);
        assertThat(readings)
                .extracting(Reading::verdict)
                .containsExactly(Verdict.SOUND, Verdict.DAMAGED, Verdict.DAMAGED);
    }

    @Test
    void tellsFilesThatAreGoneFromDamagedOnes() throws Exception {
        Files.write(pgdata.resolve("base/1/99995"), new byte[PAGE]);
        List<Suspect> pages = List.of(
                new Suspect("base/1/99995", PAGE, PAGE, 1),
                new Suspect("base/1/nowhere", 0, PAGE, 0),
                new Suspect("base/1/99995", 0, PAGE, 0));

        try (PageReader reader = engine.pageReader(role, NAME, start("0/1"))) {
            assertThat(reader.again(pages))
                    .extracting(Reading::verdict)
                    .containsExactly(Verdict.GONE, Verdict.GONE, Verdict.SOUND);
        }
        Files.delete(pgdata.resolve("base/1/99995"));
    }

    @Test
    void checksNothingWhereTheServerKeepsNoChecksums(@TempDir Path folder) throws Exception {
        try (PlainServer server =
                        PlainServer.start(folder, PostgresReleases.embedded(), List.of("--no-data-checksums"), "", "");
                ExtentReader reader = engine.reader(address(server), NAME)) {
            byte[] noise = new byte[PAGE];
            new Random(3).nextBytes(noise);
            Files.write(server.data().resolve("base/1/99999"), noise);

            List<Piece> pieces = read(reader, List.of(Extent.file("base/1/99999", 0, PAGE)));

            assertThat(pieces)
                    .singleElement()
                    .satisfies(
                            piece -> assertThat(reader.pages().suspects(piece)).isEmpty());
            assertThat(suspects(address(server))).isEmpty();
        }
    }

    private static SourceAddress address(PlainServer server) {
        return TestHost.address(server.database("postgres"));
    }

    private static StartFacts start(String lsn) {
        return new StartFacts(
                PostgresEngine.NAME,
                "18",
                "1",
                1,
                Lsn.parse(lsn),
                16 << 20,
                "UTC",
                "source",
                Optional.empty(),
                Instant.EPOCH);
    }
}
