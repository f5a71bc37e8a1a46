package io.bakstripe.worker.engine.postgres;

import static io.bakstripe.worker.engine.postgres.TestSource.NAME;
import static io.bakstripe.worker.engine.postgres.TestSource.failed;
import static io.bakstripe.worker.host.TestHost.column;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.instance.ServerConnection;
import io.bakstripe.protocol.readiness.Finding;
import io.bakstripe.protocol.readiness.Verdict;
import io.bakstripe.worker.engine.Engine.SourceAddress;
import io.bakstripe.worker.host.PlainServer;
import io.bakstripe.worker.host.PostgresRelease;
import io.bakstripe.worker.host.PostgresReleases;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Servers of which no backup can be taken, however the role is. */
@ParameterizedClass
@MethodSource(PostgresReleases.EACH)
final class UnfitSourceTest {
    private final PostgresEngine engine = TestSource.engine();

    @Parameter
    private PostgresRelease release;

    @Test
    void refusesALogThatIsTooBrief(@TempDir Path root) throws Exception {
        String brief = "wal_level = minimal\nmax_wal_senders = 0\n";
        try (PlainServer server = PlainServer.start(root, release, List.of(), brief, "")) {
            refuses(
                    TestSource.backupRole(server.database("postgres"), "bk"),
                    BackupError.WAL_LEVEL_TOO_LOW,
                    "wal_level");
        }
    }

    @Test
    void refusesAStandby(@TempDir Path root) throws Exception {
        try (PlainServer server = PlainServer.start(root, release, List.of(), "", "")) {
            ServerConnection postgres = server.database("postgres");
            SourceAddress role = TestSource.backupRole(postgres, "bk");
            engine.inspect(role, TestSource.full("inspected"));
            server.stop();
            Files.createFile(server.data().resolve("standby.signal"));
            server.start();
            assertThat(column(postgres, "SELECT pg_is_in_recovery()")).containsExactly("t");

            refuses(role, BackupError.STANDBY_UNSUPPORTED, "primary");
        }
    }

    private void refuses(SourceAddress role, BackupError error, String check) {
        assertThatThrownBy(() -> engine.inspect(role, TestSource.full("inspected")))
                .satisfies(failed(error));
        assertThatThrownBy(() -> engine.open(role, TestSource.full("unfit")).close())
                .satisfies(failed(error));
        assertThat(engine.examine(role, TestSource.REF, NAME, false).findings())
                .filteredOn(finding -> finding.verdict() == Verdict.PROBLEM)
                .singleElement()
                .extracting(Finding::check, finding -> finding.code().orElseThrow())
                .containsExactly(check, error.code());
    }
}
