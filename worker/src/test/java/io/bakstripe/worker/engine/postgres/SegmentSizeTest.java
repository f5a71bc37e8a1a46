package io.bakstripe.worker.engine.postgres;

import static io.bakstripe.worker.host.TestHost.column;
import static io.bakstripe.worker.host.TestHost.ref;
import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.protocol.instance.ServerConnection;
import io.bakstripe.protocol.name.AttemptRef;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.TaskId;
import io.bakstripe.protocol.stripe.Extent;
import io.bakstripe.protocol.stripe.ExtentKind;
import io.bakstripe.worker.engine.BackupHold;
import io.bakstripe.worker.host.IntegrityCheck;
import io.bakstripe.worker.host.PostgresRelease;
import io.bakstripe.worker.host.PostgresReleases;
import io.bakstripe.worker.host.TestHost;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers whose log segments have another size than the usual one. */
@ParameterizedClass
@MethodSource(PostgresReleases.EACH)
class SegmentSizeTest {
    @TempDir
    Path data;

    @Parameter
    PostgresRelease release;

    private TestHost host;

    @BeforeEach
    void makeHost() {
        host = new TestHost(data, release);
    }

    @AfterEach
    void stop() {
        host.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 64})
    void backsUpAndRestoresWithSegmentsOfAnotherSize(int megabytes) throws Exception {
        ServerConnection source = host.provision(
                "source",
                List.of("--wal-segsize=" + megabytes),
                "CREATE TABLE t AS SELECT i AS id, repeat(md5(i::text), 20) AS filler FROM generate_series(1, 5000) i");
        AttemptRef attempt = new AttemptRef(TestHost.INSTANCE, new TaskId(1), 1);

        List<Extent> closing = PlainBackup.take(source, host.servers().prepare(ref("copy"), attempt));
        ServerConnection copy = host.servers().open(ref("copy"), new DatabaseName("copy"), attempt, "source");

        assertThat(closing)
                .filteredOn(extent -> extent.kind() == ExtentKind.LOG)
                .isNotEmpty()
                .allSatisfy(segment -> assertThat(segment.length()).isEqualTo((long) megabytes << 20));
        try (BackupHold hold = TestSource.engine().open(TestHost.address(copy), TestSource.full("facts"))) {
            assertThat(hold.start().segmentBytes()).isEqualTo(megabytes << 20);
        }
        assertThat(column(copy, "SELECT count(*) || md5(string_agg(filler, '' ORDER BY id)) FROM t"))
                .isEqualTo(column(source, "SELECT count(*) || md5(string_agg(filler, '' ORDER BY id)) FROM t"));
        IntegrityCheck.passes(host, "copy");
    }
}
