package io.bakstripe.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bakstripe.api.testing.BackupSets;
import io.bakstripe.api.testing.ServedApi;
import io.bakstripe.protocol.instance.BackupSetInfo;
import io.bakstripe.protocol.instance.InstanceDefinition;
import io.bakstripe.protocol.instance.InstanceEncryption;
import io.bakstripe.protocol.name.InstanceName;
import io.bakstripe.protocol.name.KeyArn;
import io.bakstripe.protocol.procedure.BackupRequest;
import io.bakstripe.protocol.stripe.EncryptionMode;
import io.bakstripe.protocol.stripe.EncryptionSpec;
import java.net.http.HttpRequest;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** How encryption is asked for and shown. */
class EncryptionTest {
    private static final KeyArn KEY = KeyArn.parse("arn:aws:kms:us-east-1:123456789012:key/named");
    private static final KeyArn OTHER = KeyArn.parse("arn:aws:kms:us-east-1:123456789012:key/other");

    @RegisterExtension
    static final ServedApi API = new ServedApi();

    private static ServedApi.Answer sql(String text) {
        return API.send(API.request("/api/v1/sql")
                .header("Content-Type", "text/plain; charset=utf-8")
                .POST(HttpRequest.BodyPublishers.ofString(text)));
    }

    @Test
    void aStatementNamesKeyAndMode() {
        ServedApi.Answer answer = sql("exec msdb.dbo.rds_backup_database @source_db_name='shop',"
                + " @s3_arn_to_backup_to='arn:aws:s3:::bucket/1.bak', @kms_master_key_arn='" + KEY
                + "', @encryption_mode='authenticated';");

        assertThat(answer.status()).isEqualTo(200);
        BackupRequest request =
                (BackupRequest) API.cluster().submissions.get(0).request();
        assertThat(request.key()).contains(KEY);
        assertThat(request.encryptionMode()).contains(EncryptionMode.AUTHENTICATED);
    }

    @Test
    void aModeWithoutAKeyIsRefusedAndBlamedOnItsParameter() {
        ServedApi.Answer answer = sql("exec msdb.dbo.rds_backup_log @source_db_name='shop',"
                + " @s3_arn_to_backup_to='arn:aws:s3:::bucket/1.trn', @encryption_mode='authenticated';");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text("code")).isEqualTo("BAK-1140");
        assertThat(answer.text("parameter")).isEqualTo("encryption_mode");
        assertThat(API.cluster().submissions).isEmpty();
    }

    @Test
    void anInstanceShowsWhatItDeclares() {
        InstanceDefinition plain = API.cluster().declared().get(0);
        API.cluster()
                .instances
                .add(new InstanceDefinition(
                        new InstanceName("strict"),
                        plain.revision(),
                        plain.engine(),
                        plain.edition(),
                        plain.region(),
                        plain.timeZone(),
                        plain.multiAz(),
                        plain.host(),
                        plain.databases(),
                        plain.windows(),
                        plain.option(),
                        new InstanceEncryption(EncryptionMode.AUTHENTICATED, List.of(OTHER), true)));

        JsonNode strict = API.get("/api/v1/instances/strict").json().path("encryption");
        JsonNode byDefault = API.get("/api/v1/instances/main").json().path("encryption");

        assertThat(strict.path("mode").asText()).isEqualTo("authenticated");
        assertThat(strict.at("/additionalKeys/0").asText()).isEqualTo(OTHER.toString());
        assertThat(strict.path("requireAuthenticated").asBoolean()).isTrue();
        assertThat(byDefault.path("mode").asText()).isEqualTo("encryption-only");
        assertThat(byDefault.path("additionalKeys")).isEmpty();
        assertThat(byDefault.path("requireAuthenticated").asBoolean(true)).isFalse();
    }

    @Test
    void aSetShowsModeAndKeys() {
        BackupSetInfo plain = BackupSets.full(1, "shop");
        API.cluster().databases.put("shop", BackupSets.online("shop"));
        API.cluster()
                .backupSets
                .add(new BackupSetInfo(
                        plain.setId(),
                        plain.task(),
                        plain.database(),
                        plain.type(),
                        plain.base(),
                        plain.firstLsn(),
                        plain.lastLsn(),
                        plain.startedAt(),
                        plain.finishedAt(),
                        plain.files(),
                        plain.plainBytes(),
                        plain.storedBytes(),
                        Optional.of(new EncryptionSpec(EncryptionMode.AUTHENTICATED, List.of(KEY, OTHER))),
                        plain.damagedPages(),
                        plain.recoveryFork(),
                        plain.gone(),
                        plain.servesAsBase()));

        JsonNode encryption = API.get("/api/v1/instances/main/databases/shop/backup-sets")
                .json()
                .at("/backupSets/0/encryption");

        assertThat(encryption.path("mode").asText()).isEqualTo("authenticated");
        assertThat(encryption.path("keys"))
                .extracting(JsonNode::asText)
                .containsExactly(KEY.toString(), OTHER.toString());
    }
}
