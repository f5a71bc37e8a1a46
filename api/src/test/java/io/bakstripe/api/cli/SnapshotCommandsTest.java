package io.bakstripe.api.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.api.testing.FakeCluster;
import io.bakstripe.api.testing.ServedApi;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.instance.DatabaseInfo;
import io.bakstripe.protocol.instance.DatabaseState;
import io.bakstripe.protocol.instance.RecoveryModel;
import io.bakstripe.protocol.instance.SnapshotInfo;
import io.bakstripe.protocol.instance.SnapshotKind;
import io.bakstripe.protocol.instance.SnapshotState;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.SnapshotId;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Snapshots by the command line. */
class SnapshotCommandsTest {
    private static final String ID = "00000000-0000-0000-0000-000000000001";

    @RegisterExtension
    static final ServedApi API = new ServedApi();

    @BeforeEach
    void shop() {
        DatabaseName shop = new DatabaseName("shop");
        API.cluster()
                .databases
                .put(
                        "shop",
                        new DatabaseInfo(
                                shop, DatabaseState.ONLINE, RecoveryModel.FULL, Optional.empty(), Optional.empty()));
    }

    private static CommandRun run(String line) {
        return CommandRun.against(API, line.split(" "));
    }

    private static SnapshotInfo snapshot(SnapshotState state, Optional<String> problem) {
        Instant noon = Instant.parse("2026-03-01T12:00:00Z");
        return new SnapshotInfo(
                new SnapshotId(UUID.fromString(ID)),
                new DatabaseName("shop"),
                SnapshotKind.DAILY,
                state,
                noon,
                Optional.of(noon),
                Optional.of(noon),
                Optional.of(4711L),
                problem);
    }

    /** Every look at the list finds the next of these states; then the snapshot is not listed any more. */
    private static void passesThrough(SnapshotInfo... states) {
        AtomicInteger looks = new AtomicInteger();
        API.cluster().onSnapshots(list -> {
            int look = looks.getAndIncrement();
            list.clear();
            if (look < states.length) {
                list.add(states[look]);
            }
        });
    }

    @Test
    void listsThem() throws IOException {
        API.cluster().snapshots.add(snapshot(SnapshotState.DELETING, Optional.of("Access Denied")));

        CommandRun human = run("snapshots");
        CommandRun json = run("snapshots --json");

        assertThat(human.exit()).as(human.err()).isZero();
        assertThat(human.out()).contains(ID, "shop", "daily", "deleting", "4711", "Access Denied");
        assertThat(json.json().at("/snapshots/0/id").asText()).isEqualTo(ID);
        assertThat(run("snapshots --instance other").exit()).isEqualTo(1);
    }

    @Test
    void saysThatThereAreNone() {
        assertThat(run("snapshots").out()).isEqualToIgnoringNewLines("(no rows)");
    }

    @Test
    void takesOneAndGoes() throws IOException {
        CommandRun human = run("snapshot create shop");
        CommandRun json = run("snapshot create shop --json");

        assertThat(human.exit()).as(human.err()).isZero();
        assertThat(human.out()).contains(ID, "manual", "waiting");
        assertThat(json.json().at("/state").asText()).isEqualTo("waiting");
    }

    @Test
    void waitsUntilItIsAvailable() {
        passesThrough(
                snapshot(SnapshotState.WAITING, Optional.empty()),
                snapshot(SnapshotState.RUNNING, Optional.empty()),
                snapshot(SnapshotState.AVAILABLE, Optional.empty()));

        CommandRun run = run("snapshot create shop --wait");

        assertThat(run.exit()).as(run.err()).isZero();
        assertThat(run.err().lines())
                .containsExactly(
                        "snapshot " + ID + " waiting", "snapshot " + ID + " running", "snapshot " + ID + " available");
        assertThat(run.out()).contains("available", "4711");
    }

    @Test
    void endsWith1WhenItFailedOrWasDeletedMeanwhile() {
        passesThrough(snapshot(SnapshotState.FAILED, Optional.of("Access Denied")));
        CommandRun failed = run("snapshot create shop --wait");
        passesThrough();
        CommandRun deleted = run("snapshot create shop --wait --json");

        assertThat(failed.exit()).isEqualTo(1);
        assertThat(failed.err()).endsWith("is not available: Access Denied" + System.lineSeparator());
        assertThat(deleted.exit()).isEqualTo(1);
        assertThat(deleted.err()).contains("it was deleted");
    }

    @Test
    void showsWhyOneCannotBeTaken() {
        CommandRun refused = run("snapshot create nothing");

        assertThat(refused.exit()).isEqualTo(1);
        assertThat(refused.err()).startsWith("error " + BackupError.DATABASE_UNKNOWN.code());
    }

    @Test
    void deletesOneAndGoes() throws IOException {
        API.cluster().snapshots.add(snapshot(SnapshotState.AVAILABLE, Optional.empty()));

        CommandRun human = run("snapshot delete " + ID);
        CommandRun json = run("snapshot delete " + ID + " --json");

        assertThat(human.exit()).as(human.err()).isZero();
        assertThat(human.out()).isEqualToIgnoringNewLines("deleting " + ID);
        assertThat(json.json().at("/state").asText()).isEqualTo("deleting");
        assertThat(API.cluster().deletions)
                .hasSize(2)
                .extracting(FakeCluster.Deletion::snapshot)
                .containsOnly(new SnapshotId(UUID.fromString(ID)));
    }

    @Test
    void waitsUntilItsFilesAreGone() {
        API.cluster().snapshots.add(snapshot(SnapshotState.AVAILABLE, Optional.empty()));
        passesThrough(
                snapshot(SnapshotState.DELETING, Optional.empty()), snapshot(SnapshotState.DELETING, Optional.empty()));

        CommandRun run = run("snapshot delete " + ID + " --wait");

        assertThat(run.exit()).as(run.err()).isZero();
        assertThat(run.err().lines()).containsExactly("snapshot " + ID + " deleting");
        assertThat(run.out()).isEqualToIgnoringNewLines("deleted " + ID);
    }

    @Test
    void endsWith1WhenItsFilesCouldNotBeDeleted() {
        API.cluster().snapshots.add(snapshot(SnapshotState.AVAILABLE, Optional.empty()));
        passesThrough(
                snapshot(SnapshotState.DELETING, Optional.empty()),
                snapshot(SnapshotState.DELETING, Optional.of("Access Denied")));

        CommandRun run = run("snapshot delete " + ID + " --wait");

        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.out()).isEqualToIgnoringNewLines("deleting " + ID);
        assertThat(run.err()).contains("could not be deleted: Access Denied", "hint: ");
    }

    @Test
    void showsWhyOneCannotBeDeleted() {
        CommandRun unknown = run("snapshot delete " + ID);

        assertThat(unknown.exit()).isEqualTo(1);
        assertThat(unknown.err()).startsWith("error " + BackupError.SNAPSHOT_UNKNOWN.code());
    }

    @Test
    void explainsItself() {
        assertThat(run("snapshot").exit()).isEqualTo(2);
        assertThat(run("snapshot create").exit()).isEqualTo(2);
        assertThat(run("snapshot --help").out()).contains("create", "delete");
        assertThat(run("snapshot delete --help").out()).contains("--wait", "--json", "--instance");
    }
}
