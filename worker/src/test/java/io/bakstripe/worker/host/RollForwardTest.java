package io.bakstripe.worker.host;

import static io.bakstripe.worker.host.TestHost.column;
import static io.bakstripe.worker.host.TestHost.execute;
import static io.bakstripe.worker.host.TestHost.ref;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.BakstripeException;
import io.bakstripe.protocol.instance.ServerConnection;
import io.bakstripe.protocol.message.HostCommand.WrittenStep;
import io.bakstripe.protocol.message.RestoreCommand.RestoreStep.Kind;
import io.bakstripe.protocol.name.AttemptRef;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.Lsn;
import io.bakstripe.protocol.name.TaskId;
import io.bakstripe.protocol.stripe.RolledTo;
import java.nio.file.Path;
import java.util.Optional;
import org.assertj.core.api.ThrowingConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Chains of backups restored step by step, beside the server that they were made of. */
@ParameterizedClass
@MethodSource(PostgresReleases.EACH)
class RollForwardTest {
    private static final DatabaseName COPY = new DatabaseName("Copy");
    private static final String ROWS = "SELECT i FROM rows ORDER BY i";

    @TempDir
    static Path data;

    @Parameter
    PostgresRelease release;

    private static TestHost host;
    private static ChainSource source;
    private static int task;

    @BeforeParameterizedClassInvocation
    static void startSource(PostgresRelease release) throws Exception {
        host = new TestHost(data.resolve(release.toString()), release);
        ServerConnection shop = host.provision("shop", "CREATE TABLE rows (i int)");
        source = new ChainSource(shop, host.pgdata("shop"));
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        host.close();
    }

    @Test
    void opensAFullBackupThatWasKeptFirst() throws Exception {
        row(1);
        RolledTo kept = full("kept");

        assertThat(host.servers().exists(ref("kept"))).isFalse();
        ServerConnection copy = open("kept");

        assertThat(kept.stopped()).isFalse();
        assertThat(kept.lastCommit()).isPresent();
        assertThat(column(copy, ROWS)).contains("1");
        assertThat(host.servers().recoveryFork(ref("kept"))).isPresent();
        IntegrityCheck.passes(host, "kept");
    }

    @Test
    void rollsForwardThroughLogs() throws Exception {
        row(10);
        RolledTo full = full("logs");
        row(11);
        RolledTo first = log("logs", full.position());
        row(12);
        RolledTo second = log("logs", first.position());
        row(13);

        ServerConnection copy = open("logs");

        assertThat(first.position()).isGreaterThan(full.position());
        assertThat(second.position()).isGreaterThan(first.position());
        assertThat(column(copy, ROWS)).contains("10", "11", "12").doesNotContain("13");
        IntegrityCheck.passes(host, "logs");
    }

    private static void row(int i) throws Exception {
        execute(source.server(), "INSERT INTO rows VALUES (" + i + ")");
    }

    private static AttemptRef attempt() {
        return new AttemptRef(TestHost.INSTANCE, new TaskId(++task), 1);
    }

    private static RolledTo full(String name) throws Exception {
        AttemptRef attempt = attempt();
        WrittenStep step = source.full(host.servers().prepare(ref(name), attempt));
        return host.servers().keep(ref(name), COPY, attempt, step);
    }

    private static RolledTo log(String name, Lsn position) throws Exception {
        AttemptRef attempt = attempt();
        WrittenStep step = source.log(host.servers().prepare(ref(name), attempt, Kind.LOG, Optional.of(position)));
        return host.servers().keep(ref(name), COPY, attempt, step);
    }

    private static ServerConnection open(String name) {
        return host.servers().open(ref(name), COPY, attempt(), "");
    }

    private static ThrowingConsumer<Throwable> failed(BackupError error) {
        return thrown -> assertThat(thrown)
                .isInstanceOfSatisfying(
                        BakstripeException.class,
                        failure -> assertThat(failure.problem().error()).isEqualTo(error));
    }

    @Test
    void refusesAStepFromElsewhere() throws Exception {
        RolledTo full = full("elsewhere");

        assertThatThrownBy(() -> host.servers()
                        .prepare(
                                ref("elsewhere"),
                                attempt(),
                                Kind.LOG,
                                Optional.of(new Lsn(full.position().value() + 8))))
                .satisfies(failed(BackupError.RESTORE_ELSEWHERE));
    }
}
