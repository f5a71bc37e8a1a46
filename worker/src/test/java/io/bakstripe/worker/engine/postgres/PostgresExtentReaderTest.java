package io.bakstripe.worker.engine.postgres;

import static io.bakstripe.worker.engine.postgres.TestSource.NAME;
import static io.bakstripe.worker.engine.postgres.TestSource.SETTINGS;
import static io.bakstripe.worker.engine.postgres.TestSource.failed;
import static io.bakstripe.worker.engine.postgres.TestSource.read;
import static io.bakstripe.worker.host.TestHost.column;
import static io.bakstripe.worker.host.TestHost.execute;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.instance.ServerConnection;
import io.bakstripe.protocol.name.Lsn;
import io.bakstripe.protocol.stripe.Extent;
import io.bakstripe.protocol.stripe.ExtentKind;
import io.bakstripe.worker.engine.BackupHold;
import io.bakstripe.worker.engine.Engine.SourceAddress;
import io.bakstripe.worker.engine.ExtentReader;
import io.bakstripe.worker.engine.Piece;
import io.bakstripe.worker.engine.Piece.State;
import io.bakstripe.worker.host.PostgresRelease;
import io.bakstripe.worker.host.PostgresReleases;
import io.bakstripe.worker.host.TestHost;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

@ParameterizedClass
@MethodSource(PostgresReleases.EACH)
class PostgresExtentReaderTest {
    private static final int MIB = 1 << 20;

    @TempDir
    static Path data;

    @Parameter
    PostgresRelease release;

    private static TestHost host;
    private static ServerConnection source;
    private static SourceAddress role;
    private static Path pgdata;
    private final PostgresEngine engine = TestSource.engine(pieces(SETTINGS.copyBytes()));

    @BeforeParameterizedClassInvocation
    static void startSource(PostgresRelease release) throws Exception {
        host = new TestHost(data.resolve(release.toString()), release);
        source = host.provision("source");
        role = TestSource.backupRole(source, "bk");
        pgdata = Path.of(column(source, "SHOW data_directory").get(0));
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        host.close();
    }

    @Test
    void readsLargeFilesInPiecesAndInOrder() throws Exception {
        byte[] content = new byte[2 * MIB + 100];
        for (int i = 0; i < content.length; i++) {
            content[i] = (byte) (i * 31 >> 3);
        }
        Files.write(pgdata.resolve("it's a file"), content);
        try (ExtentReader reader = engine.reader(role, NAME)) {
            List<Piece> pieces = read(
                    reader, List.of(Extent.file("it's a file", 0, content.length), Extent.file("it's a file", 5, 10)));

            assertThat(pieces)
                    .extracting(Piece::offset, piece -> piece.bytes().length, Piece::state)
                    .containsExactly(
                            tuple(0L, MIB, State.WHOLE),
                            tuple((long) MIB, MIB, State.WHOLE),
                            tuple(2L * MIB, 100, State.WHOLE),
                            tuple(5L, 10, State.WHOLE));
            for (Piece piece : pieces) {
                assertThat(piece.bytes())
                        .isEqualTo(java.util.Arrays.copyOfRange(
                                content, (int) piece.offset(), (int) piece.offset() + piece.bytes().length));
            }
        }
    }

    @Test
    void tellsVanishedTruncatedGrownAndEmptyFilesApart() throws Exception {
        Files.write(pgdata.resolve("truncated"), new byte[MIB + 7]);
        Files.write(pgdata.resolve("grown"), new byte[500]);
        Files.write(pgdata.resolve("empty"), new byte[0]);
        try (ExtentReader reader = engine.reader(role, NAME)) {
            List<Piece> pieces = read(
                    reader,
                    List.of(
                            Extent.file("vanished", 0, 3L * MIB),
                            Extent.file("truncated", 0, 4L * MIB),
                            Extent.file("truncated", 3L * MIB, MIB),
                            Extent.file("grown", 0, 300),
                            Extent.file("empty", 0, 0),
                            Extent.file("vanished-empty", 0, 0)));

            assertThat(pieces)
                    .extracting(Piece::path, Piece::offset, piece -> piece.bytes().length, Piece::state)
                    .containsExactly(
                            tuple("vanished", 0L, 0, State.VANISHED),
                            tuple("truncated", 0L, MIB, State.WHOLE),
                            tuple("truncated", (long) MIB, 7, State.SHORT),
                            tuple("truncated", 3L * MIB, 0, State.SHORT),
                            tuple("grown", 0L, 300, State.WHOLE),
                            tuple("empty", 0L, 0, State.WHOLE),
                            tuple("vanished-empty", 0L, 0, State.VANISHED));
        }
    }

    @Test
    void holdsVacuumBackNoLongerThanAStatementTakes() throws Exception {
        int statement = 16 * MIB;
        Files.write(pgdata.resolve("large"), new byte[3 * statement]);
        execute(source, "CREATE TABLE vacuumed AS SELECT generate_series(1, 3000) AS i");
        try (ExtentReader reader = TestSource.engine(pieces(statement)).reader(role, NAME)) {
            reader.begin(List.of(Extent.file("large", 0, 3L * statement)));
            assertThat(reader.next()).isNotNull();
            long statements = reader.statements();
            execute(source, "DELETE FROM vacuumed", "VACUUM vacuumed");
            assertThat(column(source, "SELECT pg_relation_size('vacuumed') > 0"))
                    .as("the statement that runs might still look at the rows")
                    .containsExactly("t");

            while (reader.statements() == statements) {
                assertThat(reader.next()).isNotNull();
            }

            execute(source, "VACUUM vacuumed");
            assertThat(column(source, "SELECT pg_relation_size('vacuumed')")).containsExactly("0");
        }
    }

    @Test
    void readsManySmallFilesWithFewStatements() throws Exception {
        execute(
                source,
                "DO $$ BEGIN FOR i IN 1..2000 LOOP EXECUTE 'CREATE TABLE small_' || i || ' AS SELECT ' || i || ' AS a';"
                        + " IF i % 100 = 0 THEN COMMIT; END IF; END LOOP; END $$",
                "CHECKPOINT");
        try (BackupHold hold = engine.open(role, TestSource.full("small"));
                ExtentReader reader = engine.reader(role, NAME)) {
            List<Extent> files =
                    TestSource.list(hold).stream().filter(Extent::read).toList();
            long before = reader.statements();

            List<Piece> pieces = read(reader, files);

            assertThat(files).hasSizeGreaterThan(3000);
            assertThat(pieces).hasSizeGreaterThanOrEqualTo(files.size());
            assertThat(reader.statements() - before).isBetween(2L, 8L);
            assertThat(hold.statements()).isLessThan(12);
        }
    }

    @Test
    void goesOnWithTheNextExtentsAfterTheOnesBefore() {
        try (ExtentReader reader = engine.reader(role, NAME)) {
            assertThat(read(reader, List.of(Extent.file("PG_VERSION", 0, 3))))
                    .singleElement()
                    .satisfies(piece -> assertThat(piece.bytes()).asString().isEqualTo(release.major() + "\n"));
            reader.begin(List.of(Extent.file("PG_VERSION", 1, 1)));

            assertThatThrownBy(() -> reader.begin(List.of())).isInstanceOf(IllegalStateException.class);

            assertThat(reader.next())
                    .extracting(piece -> new String(piece.bytes()))
                    .isEqualTo(Integer.toString(release.major() % 10));
            assertThat(reader.next()).isNull();
            assertThat(reader.next()).isNull();
            assertThatThrownBy(() -> reader.begin(List.of(Extent.directory("base"))))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void refusesLogThatIsGoneShortOrMisplaced() throws Exception {
        execute(source, "CREATE TABLE logged (a int)");
        String current =
                column(source, "SELECT pg_walfile_name(pg_switch_wal())").get(0);
        Path wal = pgdata.resolve("pg_wal");
        String misplaced = "00000001000000FF00000001";
        Files.copy(wal.resolve(current), wal.resolve(misplaced));
        try (ExtentReader reader = engine.reader(role, NAME)) {
            assertThat(read(reader, List.of(Extent.log("pg_wal/" + current, 16L * MIB))))
                    .hasSize(16);
            refused(Extent.log("pg_wal/00000001000000FF00000002", 16L * MIB), BackupError.WAL_GONE, "is gone");
            refused(Extent.log("pg_wal/" + misplaced, 16L * MIB), BackupError.ENGINE_FAILED, "not from FF/1000000");
            Files.write(wal.resolve(misplaced), new byte[100]);
            refused(Extent.log("pg_wal/" + misplaced, 16L * MIB), BackupError.WAL_GONE, misplaced);
        } finally {
            Files.delete(wal.resolve(misplaced));
        }
    }

    @Test
    void readsARestOfALogSegmentAndChecksItsHeaderAllTheSame() throws Exception {
        execute(source, "CREATE TABLE rest AS SELECT generate_series(1, 50000) a");
        String name = column(source, "SELECT pg_walfile_name(pg_switch_wal())").get(0);
        byte[] whole = Files.readAllBytes(pgdata.resolve("pg_wal").resolve(name));
        int offset = 5 * MIB + 1000;
        String misplaced = "00000001000000FF00000003";
        Files.write(pgdata.resolve("pg_wal").resolve(misplaced), whole);
        try (ExtentReader reader = engine.reader(role, NAME)) {
            ByteArrayOutputStream read = new ByteArrayOutputStream();
            for (Piece piece : read(reader, List.of(rest("pg_wal/" + name, offset)))) {
                assertThat(piece.offset()).isEqualTo(offset + (long) read.size());
                assertThat(piece.state()).isEqualTo(State.WHOLE);
                read.writeBytes(piece.bytes());
            }

            assertThat(read.toByteArray()).isEqualTo(Arrays.copyOfRange(whole, offset, whole.length));
            refused(rest("pg_wal/" + misplaced, offset), BackupError.ENGINE_FAILED, "not from FF/3000000");
            Extent control = new Extent(ExtentKind.CONTROL, "global/pg_control", 512, 7680, new byte[0]);
            assertThatThrownBy(() -> reader.begin(List.of(control))).isInstanceOf(IllegalArgumentException.class);
        } finally {
            Files.delete(pgdata.resolve("pg_wal").resolve(misplaced));
        }
    }

    @Test
    void refusesASegmentOfWhichPagesAreRecycledOrThatIsReplacedWhileItIsRead() throws Exception {
        String name = "00000001000000FF00000004";
        Path segment = pgdata.resolve("pg_wal").resolve(name);
        byte[] right = moved("FF/4000000");
        byte[] halfRecycled = right.clone();
        halfRecycled[7 * MIB + 8 + 4] ^= 1;
        byte[] recycledAtItsBeginning = right.clone();
        recycledAtItsBeginning[8 + 4] ^= 1;
        try (ExtentReader reader = TestSource.engine(pieces(MIB)).reader(role, NAME)) {
            Files.write(segment, right);
            assertThat(read(reader, List.of(Extent.log("pg_wal/" + name, 16L * MIB))))
                    .hasSize(16);
            assertThat(read(reader, List.of(rest("pg_wal/" + name, 8 * MIB)))).hasSize(8);

            reader.begin(List.of(Extent.log("pg_wal/" + name, 16L * MIB)));
            for (int piece = 0; piece < 15; piece++) {
                assertThat(reader.next()).isNotNull();
            }
            Files.write(segment, recycledAtItsBeginning);
            assertThat(reader.next()).isNotNull();
            assertThatThrownBy(reader::next)
                    .satisfies(failed(BackupError.ENGINE_FAILED))
                    .hasMessageContaining("not from FF/4000000");

            Files.write(segment, halfRecycled);
            refusedSomewhere(Extent.log("pg_wal/" + name, 16L * MIB), "in the place of FF/4700000");
            refusedSomewhere(rest("pg_wal/" + name, 6 * MIB), "in the place of FF/4700000");
        } finally {
            Files.delete(segment);
        }
    }

    /** Pieces of 1 MiB, in statements of some. */
    private static PostgresSettings pieces(int copyBytes) {
        return new PostgresSettings(
                SETTINGS.connectTimeout(),
                SETTINGS.inspectTimeout(),
                SETTINGS.answerTimeout(),
                SETTINGS.checkpointTimeout(),
                SETTINGS.summaryTimeout(),
                MIB,
                copyBytes,
                SETTINGS.copyRanges(),
                SETTINGS.load());
    }

    /** A full segment whose pages all bear the addresses of another place. */
    private static byte[] moved(String lsn) throws Exception {
        execute(source, "CREATE TABLE moved AS SELECT generate_series(1, 50000) a");
        String name = column(source, "SELECT pg_walfile_name(pg_switch_wal())").get(0);
        ByteBuffer segment = ByteBuffer.wrap(
                        Files.readAllBytes(pgdata.resolve("pg_wal").resolve(name)))
                .order(ByteOrder.LITTLE_ENDIAN);
        for (int page = 0; page < segment.capacity(); page += 8192) {
            segment.putLong(page + 8, Lsn.parse(lsn).value() + page);
        }
        return segment.array();
    }

    private static Extent rest(String path, int offset) {
        return new Extent(ExtentKind.LOG, path, offset, 16L * MIB - offset, new byte[0]);
    }

    private void refusedSomewhere(Extent extent, String text) {
        try (ExtentReader reader = engine.reader(role, NAME)) {
            assertThatThrownBy(() -> read(reader, List.of(extent)))
                    .satisfies(failed(BackupError.ENGINE_FAILED))
                    .hasMessageContaining(text);
        }
    }

    @Test
    void readsTheControlFileAgainBeforeItGivesUp() throws Exception {
        byte[] control = Files.readAllBytes(pgdata.resolve("global/pg_control"));
        control[50] ^= 1;
        Files.write(pgdata.resolve("torn"), control);
        try (ExtentReader reader = engine.reader(role, NAME)) {
            assertThat(read(reader, List.of(Extent.control("global/pg_control", 8192))))
                    .singleElement()
                    .satisfies(piece -> assertThat(piece.bytes()).hasSize(8192));
            long before = reader.statements();
            reader.begin(List.of(Extent.control("torn", 8192)));

            assertThatThrownBy(reader::next)
                    .satisfies(failed(BackupError.ENGINE_FAILED))
                    .hasMessageContaining("checksum");
            assertThat(reader.statements() - before).isEqualTo(5);
        }
    }

    @Test
    void closesAReaderInTheMiddleOfAStatement() throws Exception {
        Files.write(pgdata.resolve("long"), new byte[30 * MIB]);
        ExtentReader reader = engine.reader(role, NAME);
        reader.begin(List.of(Extent.file("long", 0, 30L * MIB)));
        assertThat(reader.next()).isNotNull();

        reader.close();

        assertThatThrownBy(() -> {
                    while (reader.next() != null) {
                        assertThat(reader.statements()).isEqualTo(1);
                    }
                })
                .satisfies(failed(BackupError.DATABASE_UNREACHABLE));
    }

    private void refused(Extent extent, BackupError error, String text) {
        try (ExtentReader reader = engine.reader(role, NAME)) {
            reader.begin(List.of(extent));
            assertThatThrownBy(reader::next).satisfies(failed(error)).hasMessageContaining(text);
        }
    }
}
