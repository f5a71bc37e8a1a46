package io.bakstripe.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.api.testing.DeclaredLogins;
import io.bakstripe.api.testing.FakeCluster.SnapshotRestore;
import io.bakstripe.api.testing.ServedApi;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.instance.DatabaseInfo;
import io.bakstripe.protocol.instance.DatabaseState;
import io.bakstripe.protocol.instance.Login;
import io.bakstripe.protocol.instance.RecoveryModel;
import io.bakstripe.protocol.instance.Role;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.InstanceName;
import io.bakstripe.protocol.name.SnapshotId;
import java.net.http.HttpRequest;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** {@code POST /instances/{i}/snapshots/{id}/restore} (row D2), and idempotency keys of calls about snapshots. */
class SnapshotRestoreTest {
    private static final SnapshotId SNAPSHOT = new SnapshotId(new UUID(0, 7));
    private static final String SNAPSHOTS = "/api/v1/instances/main/snapshots";
    private static final String PATH = SNAPSHOTS + "/" + SNAPSHOT + "/restore";

    @RegisterExtension
    static final ServedApi API = ServedApi.withLogins(DeclaredLogins.all());

    @BeforeEach
    void twoInstances() {
        API.cluster().declare("other");
    }

    private static ServedApi.Answer post(String path, String body) {
        return API.post(path, "application/json", body);
    }

    private static ServedApi.Answer keyed(String path, String body, String key) {
        return API.send(API.bare(path)
                .header("Authorization", "Bearer " + ServedApi.TOKEN)
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", key)
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    private static void online(String name) {
        DatabaseName database = new DatabaseName(name);
        API.cluster()
                .databases
                .put(
                        database.folded(),
                        new DatabaseInfo(
                                database,
                                DatabaseState.ONLINE,
                                RecoveryModel.FULL,
                                Optional.empty(),
                                Optional.empty()));
    }

    @Test
    void makesATaskOfTheTargetAndAnswersWithItsRow() {
        ServedApi.Answer answer = post(PATH, "{\"target_instance\": \"other\"}");

        assertThat(answer.status()).as(answer.response().body()).isEqualTo(200);
        assertThat(answer.json().at("/rows/0/task_type").asText()).isEqualTo("RESTORE_DB");
        assertThat(answer.json().at("/rows/0/lifecycle").asText()).isEqualTo("CREATED");
        assertThat(API.cluster().snapshotRestores)
                .containsExactly(new SnapshotRestore(
                        new InstanceName("main"),
                        SNAPSHOT,
                        new InstanceName("other"),
                        Optional.empty(),
                        Login.MASTER,
                        Optional.empty()));
    }

    @Test
    void takesAnotherName() {
        post(PATH, "{\"target_instance\": \"main\", \"target_database\": \"Shop2\"}");

        assertThat(API.cluster().snapshotRestores)
                .singleElement()
                .satisfies(call -> assertThat(call.database()).contains(new DatabaseName("Shop2")));
    }

    @Test
    void refusesABodyThatNamesNoTargetOrSomethingElse() {
        assertThat(post(PATH, "{}").text("code")).isEqualTo(BackupError.PARAMETER_MISSING.code());
        assertThat(post(PATH, "{\"target_instance\": 5}").text("code")).isEqualTo(BackupError.PARAMETER_TYPE.code());
        assertThat(post(PATH, "{\"target_instance\": \"main\", \"target_database\": \"\"}")
                        .text("code"))
                .isEqualTo(BackupError.NAME_MALFORMED.code());
        assertThat(post(PATH, "{\"target_instance\": \"main\", \"with_norecovery\": 1}")
                        .text("code"))
                .isEqualTo(BackupError.PARAMETER_UNKNOWN.code());
        assertThat(API.cluster().snapshotRestores).isEmpty();
    }

    @Test
    void doesNotKnowOtherInstancesAndWhatIsNoSnapshot() {
        assertThat(post(PATH, "{\"target_instance\": \"nowhere\"}").text("code"))
                .isEqualTo(BackupError.INSTANCE_UNKNOWN.code());
        ServedApi.Answer unknown = post(SNAPSHOTS + "/yesterday/restore", "{\"target_instance\": \"other\"}");
        assertThat(unknown.status()).isEqualTo(404);
        assertThat(unknown.text("code")).isEqualTo(BackupError.SNAPSHOT_UNKNOWN.code());
        assertThat(API.cluster().snapshotRestores).isEmpty();
    }

    @Test
    void isForMastersBecauseItDropsWhatOthersRestore() {
        ServedApi.Answer answer = API.postAs(
                DeclaredLogins.token("operator"), PATH, "application/json", "{\"target_instance\": \"other\"}");

        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.text("code")).isEqualTo(BackupError.ROLE_TOO_LOW.code());
        assertThat(API.cluster().snapshotRestores).isEmpty();
    }

    @Test
    void aMasterGivesItsNameToTheTask() {
        API.postAs(DeclaredLogins.token("boss"), PATH, "application/json", "{\"target_instance\": \"other\"}");

        assertThat(API.cluster().snapshotRestores)
                .singleElement()
                .satisfies(call -> assertThat(call.login()).isEqualTo(new Login("boss", Role.MASTER)));
    }

    @Test
    void passesRefusalsOn() {
        API.cluster()
                .failWith(BackupError.PARTIAL_RESTORE_PENDING
                        .problem("x", "other", "5")
                        .asException());

        ServedApi.Answer answer = post(PATH, "{\"target_instance\": \"other\"}");

        assertThat(answer.status()).isEqualTo(409);
        assertThat(answer.text("code")).isEqualTo("BAK-2196");
    }

    @Test
    void aKeyGoesWithEverythingThatTheCallAsksFor() {
        online("Shop");
        keyed(PATH, "{\"target_instance\": \"other\"}", "one");
        keyed(PATH, "{ \"target_instance\" : \"other\" }", "one");
        keyed(PATH, "{\"target_instance\": \"other\", \"target_database\": \"x\"}", "one");
        keyed(PATH, "{\"target_instance\": \"main\"}", "one");
        keyed(SNAPSHOTS, "{\"database\": \"Shop\"}", "one");
        keyed(SNAPSHOTS, "{\"database\":\"Shop\"}", "one");

        assertThat(API.cluster().snapshotRestores)
                .extracting(call -> call.key().orElseThrow().key())
                .containsOnly("one");
        assertThat(API.cluster().snapshotRestores.get(0))
                .isEqualTo(API.cluster().snapshotRestores.get(1));
        assertThat(API.cluster().snapshotRestores)
                .extracting(SnapshotRestore::key)
                .hasSize(4);
        assertThat(API.cluster().snapshotRestores.stream()
                        .map(SnapshotRestore::key)
                        .distinct())
                .hasSize(3);
        assertThat(API.cluster().snapshotKeys).hasSize(2);
        assertThat(API.cluster().snapshotKeys.get(0))
                .isEqualTo(API.cluster().snapshotKeys.get(1));
        assertThat(keyed(SNAPSHOTS, "{\"database\": \"Shop\"}", "no spaces").text("code"))
                .isEqualTo(BackupError.HEADER_MALFORMED.code());
    }
}
