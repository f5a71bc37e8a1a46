package io.bakstripe.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bakstripe.api.testing.ServedApi;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.instance.DatabaseInfo;
import io.bakstripe.protocol.instance.DatabaseState;
import io.bakstripe.protocol.instance.RecoveryModel;
import io.bakstripe.protocol.instance.Role;
import io.bakstripe.protocol.instance.SnapshotInfo;
import io.bakstripe.protocol.instance.SnapshotKind;
import io.bakstripe.protocol.instance.SnapshotState;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.SnapshotId;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class SnapshotRoutesTest {
    private static final String PATH = "/api/v1/instances/main/snapshots";

    @RegisterExtension
    static final ServedApi API = new ServedApi();

    private static void shop() {
        DatabaseName shop = new DatabaseName("Shop");
        API.cluster()
                .databases
                .put(
                        shop.folded(),
                        new DatabaseInfo(
                                shop, DatabaseState.ONLINE, RecoveryModel.FULL, Optional.empty(), Optional.empty()));
    }

    private static ServedApi.Answer delete(String path) {
        return API.send(API.request(path).DELETE());
    }

    private static ServedApi.Answer post(String path, String body) {
        return API.post(path, "application/json", body);
    }

    @Test
    void takesASnapshotAndAnswersWithItAtOnce() {
        shop();

        ServedApi.Answer answer = post(PATH, "{\"database\": \"SHOP\"}");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text("id")).isEqualTo("00000000-0000-0000-0000-000000000001");
        assertThat(answer.text("database")).isEqualTo("Shop");
        assertThat(answer.text("kind")).isEqualTo("manual");
        assertThat(answer.text("state")).isEqualTo("waiting");
        assertThat(answer.json().path("bytes").isNull()).isTrue();
    }

    @Test
    void listsSnapshotsWithEverythingThatIsKnownOfThem() {
        Instant noon = Instant.parse("2026-03-01T12:00:00Z");
        API.cluster()
                .snapshots
                .add(new SnapshotInfo(
                        new SnapshotId(new UUID(0, 7)),
                        new DatabaseName("Shop"),
                        SnapshotKind.DAILY,
                        SnapshotState.FAILED,
                        noon,
                        Optional.of(noon.plusSeconds(1)),
                        Optional.of(noon.plusSeconds(2)),
                        Optional.empty(),
                        Optional.of("Access Denied")));

        JsonNode snapshots = API.get(PATH).json().path("snapshots");

        assertThat(snapshots).hasSize(1);
        assertThat(snapshots.get(0).path("state").asText()).isEqualTo("failed");
        assertThat(snapshots.get(0).path("kind").asText()).isEqualTo("daily");
        assertThat(snapshots.get(0).path("requestedAt").asText()).isEqualTo("2026-03-01T12:00:00Z");
        assertThat(snapshots.get(0).path("startedAt").asText()).isEqualTo("2026-03-01T12:00:01Z");
        assertThat(snapshots.get(0).path("finishedAt").asText()).isEqualTo("2026-03-01T12:00:02Z");
        assertThat(snapshots.get(0).path("problem").asText()).isEqualTo("Access Denied");
    }

    @Test
    void refusesABodyThatNamesNoDatabaseOrSomethingElse() {
        shop();

        assertThat(post(PATH, "{}").text("code")).isEqualTo(BackupError.PARAMETER_MISSING.code());
        assertThat(post(PATH, "").text("code")).isEqualTo(BackupError.PARAMETER_MISSING.code());
        assertThat(post(PATH, "{\"database\": 5}").text("code")).isEqualTo(BackupError.PARAMETER_TYPE.code());
        assertThat(post(PATH, "{\"database\": \"Shop\", \"kind\": \"daily\"}").text("code"))
                .isEqualTo(BackupError.PARAMETER_UNKNOWN.code());
        assertThat(post(PATH, "[").text("code")).isEqualTo(BackupError.BODY_MALFORMED.code());
        assertThat(API.cluster().snapshots).isEmpty();
    }

    @Test
    void doesNotKnowOtherInstancesAndDatabases() {
        assertThat(API.get("/api/v1/instances/other/snapshots").status()).isEqualTo(404);
        assertThat(post("/api/v1/instances/other/snapshots", "{\"database\": \"Shop\"}")
                        .status())
                .isEqualTo(404);
        assertThat(post(PATH, "{\"database\": \"Nothing\"}").text("code"))
                .isEqualTo(BackupError.DATABASE_UNKNOWN.code());
    }

    @Test
    void deletesASnapshotForTheLoginThatCalls() {
        shop();
        String id = post(PATH, "{\"database\": \"Shop\"}").text("id");

        ServedApi.Answer answer = delete(PATH + "/" + id);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text("id")).isEqualTo(id);
        assertThat(answer.text("state")).isEqualTo("deleting");
        assertThat(API.cluster().deletions).singleElement().satisfies(deletion -> {
            assertThat(deletion.instance().value()).isEqualTo("main");
            assertThat(deletion.snapshot()).isEqualTo(new SnapshotId(UUID.fromString(id)));
            assertThat(deletion.login().role()).isEqualTo(Role.MASTER);
        });
    }

    @Test
    void aSnapshotThatDoesNotExistIsNotDeleted() {
        ServedApi.Answer absent = delete(PATH + "/" + new UUID(0, 99));

        assertThat(absent.status()).isEqualTo(404);
        assertThat(absent.text("code")).isEqualTo(BackupError.SNAPSHOT_UNKNOWN.code());
        assertThat(delete(PATH + "/yesterday").text("code")).isEqualTo(BackupError.SNAPSHOT_UNKNOWN.code());
        assertThat(delete("/api/v1/instances/other/snapshots/" + new UUID(0, 1)).status())
                .isEqualTo(404);
        assertThat(API.cluster().deletions).hasSize(1);
    }

    @Test
    void passesRefusalsOfADeletionOn() {
        API.cluster().failWith(BackupError.SNAPSHOT_KEPT.problem("snapshot x").asException());
        assertThat(delete(PATH + "/" + new UUID(0, 1)).status()).isEqualTo(403);

        API.cluster()
                .failWith(BackupError.SNAPSHOT_NOT_ENDED.problem("x", "Shop").asException());
        assertThat(delete(PATH + "/" + new UUID(0, 1)).status()).isEqualTo(409);
    }

    @Test
    void passesRefusalsOn() {
        API.cluster().failWith(BackupError.SNAPSHOT_STORAGE_ABSENT.problem().asException());

        assertThat(post(PATH, "{\"database\": \"Shop\"}").status()).isEqualTo(409);
    }
}
