package io.bakstripe.worker.engine.postgres;

import static io.bakstripe.worker.engine.postgres.TestSource.NAME;
import static io.bakstripe.worker.host.TestHost.column;
import static io.bakstripe.worker.host.TestHost.execute;
import static io.bakstripe.worker.host.TestHost.ref;
import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.protocol.instance.ServerConnection;
import io.bakstripe.protocol.name.AttemptRef;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.TaskId;
import io.bakstripe.worker.engine.BackupHold;
import io.bakstripe.worker.engine.Engine.SourceAddress;
import io.bakstripe.worker.engine.ExtentReader;
import io.bakstripe.worker.engine.Listed;
import io.bakstripe.worker.engine.postgres.PlainChain.Base;
import io.bakstripe.worker.host.IntegrityCheck;
import io.bakstripe.worker.host.PostgresRelease;
import io.bakstripe.worker.host.PostgresReleases;
import io.bakstripe.worker.host.TestHost;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Differentials of relations that have nothing left, or nothing that is logged. */
@ParameterizedClass
@MethodSource(PostgresReleases.EACH)
class DifferentialOfEmptyFilesTest {
    private final PostgresEngine engine = TestSource.engine();

    @TempDir
    Path data;

    @Parameter
    PostgresRelease release;

    private TestHost host;
    private ServerConnection source;
    private SourceAddress role;

    @BeforeEach
    void start() throws Exception {
        host = new TestHost(
                data, TestHost.settings("bakstripe.worker.host.server-settings { autovacuum = off }"), release);
        source = host.provision(
                "source",
                "CREATE TABLE big AS SELECT g id, repeat(md5(g::text), 20) v FROM generate_series(1, 5000) g");
        role = TestSource.backupRole(source, "bk");
    }

    @AfterEach
    void stop() {
        host.close();
    }

    @Test
    void bringsFilesThatBecameEmptyAndTablesThatAreNotLogged() throws Exception {
        execute(
                source,
                "CREATE TABLE emptied AS SELECT * FROM big WHERE id < 2000",
                "CREATE UNLOGGED TABLE fleeting AS SELECT * FROM big WHERE id < 500",
                "CREATE UNLOGGED TABLE settled AS SELECT * FROM big WHERE id < 500",
                "CREATE TABLE loosened AS SELECT * FROM big WHERE id < 500");
        AttemptRef attempt = new AttemptRef(TestHost.INSTANCE, new TaskId(1), 1);
        Path target = host.servers().prepare(ref("copy"), attempt);
        Base base = PlainChain.full(engine, role, target);
        execute(
                source,
                "DELETE FROM emptied",
                "VACUUM emptied",
                "CREATE TABLE blank (i int)",
                "INSERT INTO fleeting SELECT * FROM big WHERE id < 100",
                "ALTER TABLE settled SET LOGGED",
                "ALTER TABLE loosened SET UNLOGGED",
                "CHECKPOINT");
        String emptied =
                column(source, "SELECT pg_relation_filepath('emptied')").get(0);
        try (BackupHold hold = engine.open(role, base.differential());
                ExtentReader reader = engine.reader(role, NAME)) {
            List<Listed> listing = PlainChain.list(hold);
            assertThat(listing)
                    .filteredOn(each -> each.extent().path().equals(emptied))
                    .singleElement()
                    .satisfies(each -> assertThat(each.extent().length()).isZero())
                    .satisfies(each -> assertThat(each.changed()).isEmpty());
            PlainChain.lay(reader, listing, target);
            PlainBackup.close(hold, reader, target, source, role);
        }

        ServerConnection copy = host.servers().open(ref("copy"), new DatabaseName("copy"), attempt, "source");

        for (String empty : List.of("emptied", "blank", "fleeting", "loosened")) {
            assertThat(column(copy, "SELECT count(*) FROM " + empty)).containsExactly("0");
        }
        assertThat(column(copy, "SELECT count(*) FROM settled")).containsExactly("499");
        assertThat(column(copy, "SELECT count(*) FROM big")).containsExactly("5000");
        execute(copy, "INSERT INTO fleeting VALUES (1, 'x')", "INSERT INTO loosened VALUES (1, 'x')");
        IntegrityCheck.passes(host, "copy");
    }
}
