package io.bakstripe.api.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.bakstripe.api.testing.FakeCluster;
import io.bakstripe.api.testing.ServedApi;
import io.bakstripe.api.testing.Tasks;
import io.bakstripe.protocol.instance.DatabaseInfo;
import io.bakstripe.protocol.instance.DatabaseState;
import io.bakstripe.protocol.instance.RecoveryModel;
import io.bakstripe.protocol.instance.ServerConnection;
import io.bakstripe.protocol.message.RequestKey;
import io.bakstripe.protocol.name.BackupSetId;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.Lsn;
import io.bakstripe.protocol.task.TaskRow;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ApiClientTest {
    private static final Map<String, Object> BACKUP =
            Map.of("source_db_name", "shop", "s3_arn_to_backup_to", "arn:aws:s3:::bucket/a.bak");

    @RegisterExtension
    static final ServedApi API = new ServedApi();

    private static ApiClient client() {
        return new ApiClient(API.base(), ServedApi.TOKEN, Optional.empty(), UUID::randomUUID);
    }

    @Test
    void readsBackTheRowThatTheServerHas() {
        TaskRow submitted = client().submit("rds_backup_database", BACKUP);

        assertThat(client().taskStatus(Map.of("task_id", 1))).containsExactly(submitted);
        assertThat(ApiClient.taskRow(client().task(1))).isEqualTo(submitted);
        assertThat(submitted.databaseName()).isEqualTo(new DatabaseName("shop"));
        assertThat(submitted.createdAt()).isEqualTo(Tasks.CREATED_AT);
    }

    @Test
    void givesEverySubmissionAKeyOfItsOwn() {
        client().submit("rds_backup_database", BACKUP);
        client().submit("rds_backup_database", BACKUP);
        client().exec("exec rds_backup_database 'shop', 'arn:aws:s3:::bucket/a.bak'");

        assertThat(API.cluster().submissions)
                .extracting(FakeCluster.Submission::key)
                .extracting(key -> key.map(RequestKey::key).orElse(""))
                .doesNotContain("")
                .doesNotHaveDuplicates();
    }

    @Test
    void readsBackADatabaseWhoseNameNeedsEncoding() {
        DatabaseInfo info = new DatabaseInfo(
                new DatabaseName("a/b c+d%ü"),
                DatabaseState.ONLINE,
                RecoveryModel.SIMPLE,
                Optional.of(new ServerConnection("h", 1, "u", "p", "d", "jdbc:x")),
                Optional.of(new DatabaseInfo.LastFullBackup(
                        new BackupSetId(UUID.randomUUID()),
                        Tasks.CREATED_AT,
                        Tasks.CREATED_AT.plusMillis(1),
                        Lsn.parse("0/1"),
                        Lsn.parse("FFFFFFFF/2"))));
        API.cluster().databases.put(info.name().folded(), info);

        assertThat(client().database("main", "a/b c+d%ü")).isEqualTo(info);
    }

    @Test
    void tellsWhyItWasRefused() {
        assertThatThrownBy(() -> client().submit("rds_backup_database", Map.of("source_db_name", "shop")))
                .asInstanceOf(type(ApiRefusal.class))
                .satisfies(refusal -> {
                    assertThat(refusal.status()).isEqualTo(400);
                    assertThat(refusal.code()).contains("BAK-1001");
                    assertThat(refusal.detail()).isEqualTo("parameter s3_arn_to_backup_to is required");
                    assertThat(refusal.hint()).isPresent();
                    assertThat(refusal.document().orElseThrow()).contains("\"parameter\"");
                    assertThat(refusal.transientFailure()).isFalse();
                });
    }
}
