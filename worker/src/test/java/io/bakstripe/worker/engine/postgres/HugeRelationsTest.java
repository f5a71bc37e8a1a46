package io.bakstripe.worker.engine.postgres;

import static io.bakstripe.worker.engine.postgres.TestSource.NAME;
import static io.bakstripe.worker.host.TestHost.column;
import static io.bakstripe.worker.host.TestHost.execute;
import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.protocol.instance.ServerConnection;
import io.bakstripe.protocol.name.AttemptRef;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.TaskId;
import io.bakstripe.protocol.stripe.Extent;
import io.bakstripe.worker.engine.BackupHold;
import io.bakstripe.worker.engine.Engine.SourceAddress;
import io.bakstripe.worker.engine.ExtentReader;
import io.bakstripe.worker.host.IntegrityCheck;
import io.bakstripe.worker.host.TestHost;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is only seen with relations of more than one file, and with very many of them. */
class HugeRelationsTest {
    /** A relation's files end at 1 GiB. */
    private static final int BLOCKS_PER_FILE = 131_072;

    private static final String FILL =
            "INSERT INTO large SELECT i, repeat(chr(65 + i %% 26), 7000) FROM generate_series(%d, %d) i";
    private static final String DIGEST = "SELECT count(*) || ' ' || sum(hashtext(id || text)::int8) FROM large";

    private static final int TABLES = 100_000;
    private static final int TABLES_PER_TRANSACTION = 2_000;

    @Test
    void relationOfTwoFilesThatIsTruncatedAndRegrownWhileItIsReadComesBack(@TempDir Path data) throws Exception {
        try (TestHost host = new TestHost(data)) {
            ServerConnection source = host.provision(
                    "source",
                    "CREATE TABLE large (id int PRIMARY KEY, text text STORAGE PLAIN) WITH (autovacuum_enabled = off)",
                    FILL.formatted(1, BLOCKS_PER_FILE + 9_000));
            SourceAddress role = TestSource.backupRole(source, "bk");
            AttemptRef attempt = new AttemptRef(TestHost.INSTANCE, new TaskId(1), 1);
            Path target = host.servers().prepare(TestHost.ref("copy"), attempt);
            String first =
                    column(source, "SELECT pg_relation_filepath('large')").get(0);
            String expected;

            PostgresEngine engine = TestSource.engine();
            try (BackupHold hold = engine.open(role, TestSource.full("large"));
                    ExtentReader reader = engine.reader(role, NAME)) {
                List<Extent> listed = TestSource.list(hold);
                assertThat(listed).extracting(Extent::path).contains(first, first + ".1");
                TestSource.restore(
                        reader,
                        listed.stream()
                                .filter(extent -> !extent.path().startsWith(first))
                                .toList(),
                        target);
                execute(source, "DELETE FROM large WHERE id > 60000", "VACUUM (TRUNCATE) large", "CHECKPOINT");
                assertThat(column(source, "SELECT pg_relation_size('large') / 8192 < " + BLOCKS_PER_FILE))
                        .containsExactly("t");
                TestSource.restore(reader, only(listed, first), target);
                execute(source, FILL.formatted(60_001, BLOCKS_PER_FILE + 20_000), "CHECKPOINT");
                TestSource.restore(reader, only(listed, first + ".1"), target);
                expected = column(source, DIGEST).get(0);
                TestSource.restore(reader, hold.stop().closing(), target);
            }
            ServerConnection copy =
                    host.servers().open(TestHost.ref("copy"), new DatabaseName("copy"), attempt, source.dbname());

            assertThat(column(copy, DIGEST)).containsExactly(expected);
            IntegrityCheck.passes(host, "copy");
        }
    }

    private static List<Extent> only(List<Extent> listed, String path) {
        return listed.stream().filter(extent -> extent.path().equals(path)).toList();
    }

    @Test
    void hundredThousandRelationsComeBackWithoutARoundTripEach(@TempDir Path data) throws Exception {
        try (TestHost host = new TestHost(data)) {
            ServerConnection source = host.provision("source");
            for (int first = 0; first < TABLES; first += TABLES_PER_TRANSACTION) {
                execute(
                        source,
                        "DO $$ BEGIN FOR i IN %d..%d LOOP EXECUTE format('CREATE TABLE t%%s AS SELECT %%s AS id', i, i); END LOOP; END $$"
                                .formatted(first, first + TABLES_PER_TRANSACTION - 1));
            }
            SourceAddress role = TestSource.backupRole(source, "bk");
            AttemptRef attempt = new AttemptRef(TestHost.INSTANCE, new TaskId(1), 1);
            Path target = host.servers().prepare(TestHost.ref("copy"), attempt);

            PostgresEngine engine = TestSource.engine();
            try (BackupHold hold = engine.open(role, TestSource.full("many"));
                    ExtentReader reader = engine.reader(role, NAME)) {
                List<Extent> listed = TestSource.list(hold);
                TestSource.restore(reader, listed, target);
                assertThat(reader.statements()).isLessThan(10 + 2L * listed.size() / TestSource.SETTINGS.copyRanges());
                TestSource.restore(reader, hold.stop().closing(), target);
            }
            ServerConnection copy =
                    host.servers().open(TestHost.ref("copy"), new DatabaseName("copy"), attempt, source.dbname());

            assertThat(column(copy, "SELECT count(*) FROM pg_class WHERE relname ~ '^t[0-9]+$' AND relkind = 'r'"))
                    .containsExactly(Integer.toString(TABLES));
            String rows = """
                    SELECT count(*) FROM generate_series(0, %d, 997) i
                     WHERE (xpath('/row/id/text()', query_to_xml('SELECT id FROM t' || i, false, true, '')))[1]::text = i::text""".formatted(TABLES - 1);
            assertThat(column(copy, rows)).containsExactly(Integer.toString((TABLES - 1) / 997 + 1));
        }
    }
}
