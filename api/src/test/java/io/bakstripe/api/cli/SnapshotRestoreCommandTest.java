package io.bakstripe.api.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.api.testing.ServedApi;
import io.bakstripe.api.testing.Tasks;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.InstanceName;
import io.bakstripe.protocol.task.Lifecycle;
import java.io.IOException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class SnapshotRestoreCommandTest {
    private static final String ID = "00000000-0000-0000-0000-000000000007";

    @RegisterExtension
    static final ServedApi API = new ServedApi();

    @BeforeEach
    void twoInstances() {
        API.cluster().declare("other");
    }

    private static CommandRun run(String line) {
        return CommandRun.against(API, line.split(" "));
    }

    @Test
    void restoresToTheInstanceThatIsNamedAndKeysTheCall() throws IOException {
        CommandRun run = run("snapshot restore " + ID + " --instance main --to other --as Copy --json");

        assertThat(run.exit()).as(run.err()).isZero();
        assertThat(run.json().at("/rows/0/task_type").asText()).isEqualTo("RESTORE_DB");
        assertThat(API.cluster().snapshotRestores).singleElement().satisfies(call -> {
            assertThat(call.source()).isEqualTo(new InstanceName("main"));
            assertThat(call.target()).isEqualTo(new InstanceName("other"));
            assertThat(call.snapshot()).hasToString(ID);
            assertThat(call.database()).contains(new DatabaseName("Copy"));
            assertThat(call.key()).isPresent();
        });
    }

    @Test
    void waitsForTheEndOfTheTaskOfTheTarget() {
        API.cluster().onPoll(detail -> Tasks.at(detail, 100, Lifecycle.SUCCESS, ""));

        CommandRun run = run("snapshot restore " + ID + " --instance main --to other --wait");

        assertThat(run.exit()).as(run.err()).isZero();
        assertThat(run.out()).contains("SUCCESS");
    }

    @Test
    void exitsWithAnErrorWhenTheTaskFails() {
        API.cluster().onPoll(detail -> Tasks.at(detail, 5, Lifecycle.ERROR, "the host is full"));

        CommandRun run = run("snapshot restore " + ID + " --instance main --to other --wait");

        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.out()).contains("ERROR", "the host is full");
    }

    @Test
    void showsRefusalsAndWrongUsage() {
        CommandRun noTarget = run("snapshot restore " + ID + " --instance main");
        CommandRun nothing = run("snapshot");
        CommandRun help = run("snapshot restore --help");
        API.cluster().failWith(BackupError.SNAPSHOT_UNKNOWN.problem(ID, "main").asException());
        CommandRun unknown = run("snapshot restore " + ID + " --instance main --to other");

        assertThat(noTarget.exit()).isEqualTo(2);
        assertThat(noTarget.err()).contains("--to");
        assertThat(nothing.exit()).isEqualTo(2);
        assertThat(nothing.err()).contains("restore");
        assertThat(help.exit()).isZero();
        assertThat(help.out()).contains("--to", "--as", "--wait", "dropped first");
        assertThat(unknown.exit()).isEqualTo(1);
        assertThat(unknown.err()).startsWith("error BAK-3194: ");
    }
}
