package io.bakstripe.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bakstripe.api.testing.BackupSets;
import io.bakstripe.api.testing.ServedApi;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.instance.ChainPosition;
import io.bakstripe.protocol.instance.DatabaseInfo;
import io.bakstripe.protocol.instance.DatabaseState;
import io.bakstripe.protocol.instance.RecoveryModel;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.Lsn;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What is known of backups: {@code …/backup-sets}, positions of databases, and {@code msdb.dbo.backupset}. */
class BackupHistoryTest {
    private static final String LAST_FULL = "select top 1 database_name, backup_start_date, backup_finish_date from"
            + " msdb.dbo.backupset where database_name='%s' and type = 'D' order by backup_start_date desc;";

    @RegisterExtension
    static final ServedApi API = new ServedApi();

    @BeforeEach
    void backUp() {
        API.cluster().databases.put("shop", BackupSets.online("shop"));
        API.cluster().databases.put("other", BackupSets.online("other"));
        API.cluster().backupSets.add(BackupSets.log(5, "shop"));
        API.cluster().backupSets.add(BackupSets.differential(4, "shop", 2));
        API.cluster().backupSets.add(BackupSets.full(3, "other"));
        API.cluster().backupSets.add(BackupSets.full(2, "shop"));
        API.cluster().backupSets.add(BackupSets.gone(1, "shop"));
    }

    @Test
    void listsTheSetsOfADatabaseWithAllThatIsKnown() {
        JsonNode sets = API.get("/api/v1/instances/main/databases/SHOP/backup-sets")
                .json()
                .path("backupSets");

        assertThat(sets).extracting(set -> set.path("task").asInt()).containsExactly(5, 4, 2, 1);
        JsonNode differential = sets.get(1);
        assertThat(differential.path("setId").asText())
                .isEqualTo(BackupSets.id(4).toString());
        assertThat(differential.path("type").asText()).isEqualTo("DIFFERENTIAL");
        assertThat(differential.path("base").asText())
                .isEqualTo(BackupSets.id(2).toString());
        assertThat(differential.path("firstLsn").asText()).isEqualTo("4/0");
        assertThat(differential.path("lastLsn").asText()).isEqualTo("4/100");
        assertThat(differential.path("startedAt").asText()).isEqualTo("2026-03-01T10:04:00Z");
        assertThat(differential.path("finishedAt").asText()).isEqualTo("2026-03-01T10:04:30.250Z");
        assertThat(differential.at("/files/0").asText()).isEqualTo("arn:aws:s3:::bucket/4.bak");
        assertThat(differential.path("plainBytes").asLong()).isEqualTo(4000);
        assertThat(differential.path("storedBytes").asLong()).isEqualTo(1200);
        assertThat(differential.path("encryption").isNull()).isTrue();
        assertThat(differential.path("damagedPages").isNull()).isTrue();
        assertThat(differential.path("servesAsBase").asBoolean(true)).isFalse();
        assertThat(sets.get(2).path("servesAsBase").asBoolean()).isTrue();
        assertThat(sets.get(2).path("base").isNull()).isTrue();
        assertThat(sets.get(3).path("gone").asBoolean()).isTrue();
    }

    @Test
    void answers404ForTheSetsOfADatabaseThatDoesNotExist() {
        assertThat(API.get("/api/v1/instances/main/databases/nothing/backup-sets")
                        .text("code"))
                .isEqualTo("BAK-3002");
        assertThat(API.get("/api/v1/instances/other/databases/shop/backup-sets").text("code"))
                .isEqualTo("BAK-3001");
    }

    @Test
    void showsHowFarALogIsBackedUpAndWhereARestoreStands() {
        Instant ten = Instant.parse("2026-03-01T10:00:00.000001Z");
        API.cluster()
                .databases
                .put(
                        "copy",
                        new DatabaseInfo(
                                new DatabaseName("copy"),
                                DatabaseState.RESTORING,
                                RecoveryModel.SIMPLE,
                                Optional.empty(),
                                Optional.empty(),
                                Optional.of(new DatabaseInfo.LogBackups(
                                        Lsn.parse("0/1000000"),
                                        Lsn.parse("0/5000000"),
                                        ten,
                                        Optional.of("the slot is lost"))),
                                Optional.of(new ChainPosition(
                                        BackupSets.id(2),
                                        Lsn.parse("0/3000028"),
                                        Optional.of(ten),
                                        Optional.empty(),
                                        Optional.of("fork"),
                                        Optional.of(BackupSets.id(4))))));

        JsonNode copy = API.get("/api/v1/instances/main/databases/copy").json();
        JsonNode shop = API.get("/api/v1/instances/main/databases/shop").json();

        assertThat(copy.path("state").asText()).isEqualTo("RESTORING");
        assertThat(copy.at("/logBackups/chainFirstLsn").asText()).isEqualTo("0/1000000");
        assertThat(copy.at("/logBackups/nextLsn").asText()).isEqualTo("0/5000000");
        assertThat(copy.at("/logBackups/covered").asText()).isEqualTo("2026-03-01T10:00:00.000001Z");
        assertThat(copy.at("/logBackups/broken").asText()).isEqualTo("the slot is lost");
        assertThat(copy.at("/position/baseSet").asText())
                .isEqualTo(BackupSets.id(2).toString());
        assertThat(copy.at("/position/redoLsn").asText()).isEqualTo("0/3000028");
        assertThat(copy.at("/position/lastCommit").asText()).isEqualTo("2026-03-01T10:00:00.000001Z");
        assertThat(copy.at("/position/stoppedAt").isNull()).isTrue();
        assertThat(copy.at("/position/interrupted").asText())
                .isEqualTo(BackupSets.id(4).toString());
        assertThat(shop.path("logBackups").isNull()).isTrue();
        assertThat(shop.path("position").isNull()).isTrue();
    }

    @Test
    void answersTheReferencesQueryForTheLastFullBackup() {
        ServedApi.Answer answer = API.sql(LAST_FULL.formatted("Shop"));

        assertThat(answer.status()).as(answer.response().body()).isEqualTo(200);
        assertThat(answer.json())
                .hasToString("{\"results\":[{\"rows\":[{\"database_name\":\"shop\","
                        + "\"backup_start_date\":\"2026-03-01T10:02:00Z\","
                        + "\"backup_finish_date\":\"2026-03-01T10:02:30.250Z\"}]}]}");
    }

    @Test
    void answersOverAllDatabasesOfTheInstance() {
        JsonNode rows = API.sql("select * from msdb.dbo.backupset where type <> 'L' order by backup_size")
                .json()
                .at("/results/0/rows");

        assertThat(rows).extracting(row -> row.path("backup_set_id").asInt()).containsExactly(2, 3, 4);
        assertThat(rows.get(0).path("differential_base_guid").isNull()).isTrue();
        assertThat(rows.get(0).path("is_damaged").isNumber()).isTrue();
        assertThat(rows.get(0).path("checkpoint_lsn").asText()).isEqualTo("2/0");
        assertThat(rows.get(2).path("database_backup_lsn").asText()).isEqualTo("2/0");
    }

    @Test
    void hasNoRowsForADatabaseThatDoesNotExist() {
        assertThat(API.sql(LAST_FULL.formatted("nothing")).json()).hasToString("{\"results\":[{\"rows\":[]}]}");
    }

    @Test
    void standsAmongOtherStatements() {
        ServedApi.Answer answer = API.sql("exec rds_show_configuration; " + LAST_FULL.formatted("shop")
                + " exec rds_backup_database 'shop', 'nonsense';");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().path("results")).hasSize(2);
        assertThat(answer.json().at("/results/1/rows/0/database_name").asText()).isEqualTo("shop");
    }

    @Test
    void refusesAQueryThatItDoesNotUnderstandAndSaysWhatItDoes() {
        ServedApi.Answer answer = API.sql("select physical_device_name from msdb.dbo.backupmediafamily");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text("code")).isEqualTo(BackupError.SQL_MALFORMED.code());
        assertThat(answer.text("hint")).contains("from msdb.dbo.backupset");
    }

    @Test
    void failsWhenTheClusterDoesNotAnswerInsteadOfShowingLess() {
        API.cluster()
                .failWith(BackupError.CLUSTER_TIMEOUT.problem("database 'shop'").asException());

        assertThat(API.sql(LAST_FULL.formatted("shop")).status()).isEqualTo(503);
        assertThat(API.sql("select * from msdb.dbo.backupset").status()).isEqualTo(503);
    }
}
