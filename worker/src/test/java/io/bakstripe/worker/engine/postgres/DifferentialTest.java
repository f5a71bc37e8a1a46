package io.bakstripe.worker.engine.postgres;

import static io.bakstripe.worker.engine.postgres.TestSource.NAME;
import static io.bakstripe.worker.engine.postgres.TestSource.failed;
import static io.bakstripe.worker.host.TestHost.column;
import static io.bakstripe.worker.host.TestHost.execute;
import static io.bakstripe.worker.host.TestHost.inside;
import static io.bakstripe.worker.host.TestHost.ref;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.instance.ServerConnection;
import io.bakstripe.protocol.name.AttemptRef;
import io.bakstripe.protocol.name.BackupSetId;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.TaskId;
import io.bakstripe.protocol.stripe.BackupBasis;
import io.bakstripe.protocol.stripe.DifferentialBase;
import io.bakstripe.protocol.stripe.StartFacts;
import io.bakstripe.worker.engine.BackupHold;
import io.bakstripe.worker.engine.BaseFiles;
import io.bakstripe.worker.engine.Engine.SourceAddress;
import io.bakstripe.worker.engine.ExtentReader;
import io.bakstripe.worker.engine.Listed;
import io.bakstripe.worker.engine.postgres.PlainChain.Base;
import io.bakstripe.worker.engine.postgres.RelationFile.Fork;
import io.bakstripe.worker.host.IntegrityCheck;
import io.bakstripe.worker.host.PostgresRelease;
import io.bakstripe.worker.host.PostgresReleases;
import io.bakstripe.worker.host.TestHost;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

/** Differentials of real servers, laid over their bases and compared with the source, page by page. */
@ParameterizedClass
@MethodSource(PostgresReleases.EACH)
class DifferentialTest {
    private static final String HASHES = """
            SELECT relname || (xpath('/row/h/text()', query_to_xml(
                     'SELECT md5(coalesce(string_agg(t::text, '','' ORDER BY t::text), '''')) AS h FROM ' || oid::regclass || ' t',
                     false, true, '')))[1]::text
              FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY relname""";

    private static final Logger LISTINGS = (Logger) LoggerFactory.getLogger(DifferentialListing.class);

    private final PostgresEngine engine = TestSource.engine();
    /** One for each time that all pages were looked at. */
    private final ListAppender<ILoggingEvent> scans = new ListAppender<>();

    @TempDir
    Path data;

    @Parameter
    PostgresRelease release;

    private TestHost host;
    private ServerConnection source;
    private SourceAddress role;

    @BeforeEach
    void start() throws Exception {
        scans.start();
        LISTINGS.setLevel(Level.INFO);
        LISTINGS.addAppender(scans);
        // Hints are logged, as with checksums, so that pages can be compared byte by byte.
        host = new TestHost(
                data,
                TestHost.settings("bakstripe.worker.host.server-settings { wal_log_hints = on, autovacuum = off }"),
                release);
        source = host.provision(
                "source",
                "CREATE TABLE big AS SELECT g id, repeat(md5(g::text), 20) v FROM generate_series(1, 20000) g",
                "CREATE INDEX big_id ON big (id)",
                "CREATE TABLE dropped AS SELECT * FROM big WHERE id < 2000",
                "CREATE TABLE truncated AS SELECT * FROM big WHERE id < 2000",
                "CREATE TABLE regrown AS SELECT * FROM big WHERE id < 6000",
                "CREATE TABLE cut AS SELECT * FROM big WHERE id < 6000",
                "CREATE TABLE rewritten AS SELECT * FROM big WHERE id < 2000",
                "CREATE TABLE still AS SELECT * FROM big WHERE id < 3000",
                "VACUUM");
        role = TestSource.backupRole(source, "bk");
    }

    @AfterEach
    void stop() {
        LISTINGS.detachAppender(scans);
        LISTINGS.setLevel(null);
        host.close();
    }

    private boolean summarizes() {
        return release.major() >= 17;
    }

    private void summarize(boolean on) throws Exception {
        if (summarizes()) {
            execute(source, "ALTER SYSTEM SET summarize_wal = " + (on ? "on" : "off"), "SELECT pg_reload_conf()");
        }
    }

    private void change() throws Exception {
        execute(
                source,
                "UPDATE big SET v = 'new ' || v WHERE id % 997 = 0",
                "DELETE FROM still WHERE id = 17",
                "DROP TABLE dropped",
                "TRUNCATE truncated",
                "DELETE FROM regrown WHERE id > 1000",
                "VACUUM regrown",
                "INSERT INTO regrown SELECT g + 100000, repeat(md5(g::text), 20) FROM generate_series(1, 6000) g",
                "DELETE FROM cut WHERE id > 1000",
                "VACUUM cut",
                "VACUUM FULL rewritten",
                "CREATE TABLE made AS SELECT * FROM big WHERE id < 500",
                "CHECKPOINT");
    }

    private List<Listed> laid(Base base, Path over) throws Exception {
        try (BackupHold hold = engine.open(role, base.differential());
                ExtentReader reader = engine.reader(role, NAME)) {
            List<Listed> listing = PlainChain.list(hold);
            PlainChain.lay(reader, listing, over);
            return listing;
        }
    }

    @Test
    void makesTheFilesOfTheSourceOutOfThoseOfTheBase() throws Exception {
        summarize(true);
        Path over = Files.createDirectory(data.resolve("over"));
        execute(source, "CREATE TABLE moved AS SELECT * FROM big WHERE id < 2000");
        Base base = PlainChain.full(engine, role, over);
        change();
        if (release.major() >= 15) {
            execute(
                    source,
                    "SET allow_in_place_tablespaces = on",
                    "CREATE TABLESPACE here LOCATION ''",
                    "ALTER TABLE moved SET TABLESPACE here");
        }

        List<Listed> listing = laid(base, over);

        assertThat(scans.list).hasSize(summarizes() ? 0 : 1);
        sameAsTheSource(over);
        long whole = listing.stream().mapToLong(each -> each.extent().length()).sum();
        long held = PlainChain.extents(listing).stream()
                .mapToLong(extent -> extent.length())
                .sum();
        assertThat(held).isLessThan(whole / 2);
        assertThat(listing)
                .filteredOn(each -> each.changed().isPresent())
                .isNotEmpty()
                .allSatisfy(
                        each -> assertThat(RelationFile.of(each.extent().path()).map(RelationFile::fork))
                                .contains(Fork.MAIN));
        String big = column(source, "SELECT pg_relation_filepath('big')").get(0);
        assertThat(blocks(listing, big))
                .isPresent()
                .get()
                .satisfies(blocks -> assertThat(blocks.cardinality()).isBetween(20, 60));
        String still = column(source, "SELECT pg_relation_filepath('still')").get(0);
        assertThat(blocks(listing, still).orElseThrow().cardinality()).isEqualTo(1);
    }

    /** Every file of pages is, byte by byte, what a full backup of the source that stands still has. */
    private void sameAsTheSource(Path over) throws Exception {
        Path again = Files.createDirectory(data.resolve("again"));
        PlainChain.full(engine, role, again);
        assertThat(relations(over).keySet()).isEqualTo(relations(again).keySet());
        relations(again).forEach((path, file) -> assertThat(over.resolve(path)).hasSameBinaryContentAs(file));
    }

    private static Map<String, Path> relations(Path root) throws IOException {
        try (Stream<Path> all = Files.walk(root)) {
            Map<String, Path> found = new TreeMap<>();
            all.filter(Files::isRegularFile)
                    .filter(path ->
                            RelationFile.of(root.relativize(path).toString()).isPresent())
                    .forEach(path -> found.put(root.relativize(path).toString(), path));
            return found;
        }
    }

    private static Optional<BitSet> blocks(List<Listed> listing, String path) {
        return listing.stream()
                .filter(each -> each.extent().path().equals(path))
                .findFirst()
                .flatMap(PlainChain::blocks);
    }

    @Test
    void findsTheSameBlocksInSummariesAndInPages() throws Exception {
        assumeTrue(summarizes(), "summaries came with PostgreSQL 17");
        summarize(true);
        Base base = PlainChain.full(engine, role, Files.createDirectory(data.resolve("base")));
        change();

        List<Listed> summarized = listed(base);
        summarize(false);
        execute(source, "SELECT pg_switch_wal()");
        List<Listed> scanned = listed(base);

        assertThat(paths(scanned)).isEqualTo(paths(summarized));
        Map<String, Optional<BitSet>> pages = new HashMap<>();
        scanned.forEach(each -> pages.put(each.extent().path(), PlainChain.blocks(each)));
        int compared = 0;
        for (Listed each : summarized) {
            String path = each.extent().path();
            Optional<BitSet> inSummaries = PlainChain.blocks(each);
            Optional<BitSet> inPages = pages.getOrDefault(path, Optional.empty());
            if (inSummaries.isPresent() && inPages.isPresent()) {
                BitSet more = (BitSet) inPages.get().clone();
                more.andNot(inSummaries.get());
                BitSet less = (BitSet) inSummaries.get().clone();
                less.andNot(inPages.get());
                assertThat(less).as("only in summaries of %s", path).isEqualTo(new BitSet());
                assertThat(more.stream().filter(block -> !withoutPosition(path, block)))
                        .as("only in pages of %s", path)
                        .isEmpty();
                compared++;
            }
        }
        assertThat(compared).isGreaterThan(100);
    }

    private List<Listed> listed(Base base) {
        try (BackupHold hold = engine.open(role, base.differential())) {
            return PlainChain.list(hold);
        }
    }

    private static List<String> paths(List<Listed> listing) {
        return listing.stream()
                .map(each -> each.extent().path())
                .filter(path -> RelationFile.of(path).isPresent())
                .sorted()
                .toList();
    }

    private boolean withoutPosition(String path, int block) {
        ByteBuffer head = ByteBuffer.allocate(8);
        try (FileChannel file = FileChannel.open(host.pgdata("source").resolve(path))) {
            file.read(head, block * 8192L);
        } catch (IOException failed) {
            throw new IllegalStateException(failed);
        }
        return head.getLong(0) == 0;
    }

    @Test
    void looksAtAllPagesWhenSummariesHaveAGap() throws Exception {
        assumeTrue(summarizes(), "summaries came with PostgreSQL 17");
        summarize(true);
        Path over = Files.createDirectory(data.resolve("over"));
        Base base = PlainChain.full(engine, role, over);
        execute(source, "UPDATE big SET v = 'first ' || v WHERE id % 991 = 0", "CHECKPOINT");
        listed(base);
        assertThat(scans.list).isEmpty();
        Path summaries = host.pgdata("source").resolve("pg_wal/summaries");
        try (Stream<Path> all = Files.list(summaries)) {
            List<Path> files = all.sorted().toList();
            assertThat(files).isNotEmpty();
            Files.delete(files.get(files.size() - 1));
        }
        change();

        laid(base, over);

        assertThat(scans.list).hasSize(1);
        sameAsTheSource(over);
    }

    @Test
    void takesDatabasesWholeThatWereCopied() throws Exception {
        assumeTrue(release.major() >= 15, "CREATE DATABASE … OID, STRATEGY");
        summarize(false);
        execute(source, "CREATE DATABASE one", "CREATE DATABASE two");
        execute(inside(source, "one"), "CREATE TABLE t AS SELECT g a FROM generate_series(1, 3000) g");
        execute(inside(source, "two"), "CREATE TABLE t AS SELECT -g a FROM generate_series(1, 3000) g");
        execute(source, "CREATE DATABASE twin TEMPLATE one OID 70000 STRATEGY FILE_COPY");
        Path over = Files.createDirectory(data.resolve("over"));
        Base base = PlainChain.full(engine, role, over);
        // Files of the same names whose pages all bear positions of before the base.
        execute(
                source,
                "DROP DATABASE twin",
                "CREATE DATABASE twin TEMPLATE two OID 70000 STRATEGY FILE_COPY",
                "CREATE DATABASE fresh TEMPLATE one STRATEGY FILE_COPY");

        List<Listed> listing = laid(base, over);

        sameAsTheSource(over);
        assertThat(listing)
                .filteredOn(each -> each.extent().path().startsWith("base/70000/"))
                .isNotEmpty()
                .allSatisfy(each -> assertThat(each.changed()).isEmpty());
        try (BackupHold hold = engine.open(role, base.differential())) {
            assertThat(hold.start().databases()).containsKey(70000L);
        }
    }

    @Test
    void opensAsTheSourceWasWhenItEnded() throws Exception {
        summarize(true);
        AttemptRef attempt = new AttemptRef(TestHost.INSTANCE, new TaskId(1), 1);
        Path target = host.servers().prepare(ref("copy"), attempt);
        Base base = PlainChain.full(engine, role, target);
        change();
        List<String> expected;
        try (BackupHold hold = engine.open(role, base.differential());
                ExtentReader reader = engine.reader(role, NAME)) {
            List<Listed> listing = PlainChain.list(hold);
            // While it is read.
            execute(
                    source,
                    "UPDATE big SET v = 'late ' || v WHERE id % 983 = 0",
                    "TRUNCATE cut",
                    "CREATE TABLE later AS SELECT * FROM big WHERE id < 500",
                    "DROP TABLE made",
                    "CHECKPOINT");
            PlainChain.lay(reader, listing, target);
            execute(source, "UPDATE big SET v = 'last ' || v WHERE id % 977 = 0");
            expected = column(source, HASHES);
            PlainBackup.close(hold, reader, target, source, role);
        }

        ServerConnection copy = host.servers().open(ref("copy"), new DatabaseName("copy"), attempt, "source");

        assertThat(column(copy, HASHES)).isEqualTo(expected).hasSizeGreaterThan(5);
        IntegrityCheck.passes(host, "copy");
    }

    @Test
    void refusesABaseOfAnotherHistory() throws Exception {
        Base base = PlainChain.full(engine, role, Files.createDirectory(data.resolve("base")));
        StartFacts start = base.base().start();

        refused(with(start, "1", start.timeline()));
        refused(with(start, start.systemIdentifier(), start.timeline() + 1));
        role = new SourceAddress(role.jdbcUrl(), role.user(), role.password(), Optional.of("fork 2"));
        refused(start.on("fork 1"));
        try (BackupHold hold = engine.open(role, base.differential())) {
            assertThat(hold.start().recoveryFork()).contains("fork 2");
        }
    }

    private static StartFacts with(StartFacts start, String systemIdentifier, int timeline) {
        return new StartFacts(
                start.engine(),
                start.engineVersion(),
                systemIdentifier,
                timeline,
                start.firstLsn(),
                start.segmentBytes(),
                "",
                start.dbname(),
                Optional.empty(),
                start.startedAt());
    }

    private void refused(StartFacts start) {
        DifferentialBase base =
                new DifferentialBase(new BackupSetId(new UUID(1, 2)), List.of(), start, start.firstLsn());
        BackupBasis basis = BackupBasis.differential(base);
        assertThatThrownBy(() -> engine.inspect(role, TestSource.order("refused", basis)))
                .satisfies(failed(BackupError.NO_DIFFERENTIAL_BASE));
        assertThatThrownBy(() -> engine.open(
                                role, TestSource.order("refused", basis).over(new BaseFiles()))
                        .close())
                .satisfies(failed(BackupError.NO_DIFFERENTIAL_BASE));
    }
}
