package io.bakstripe.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bakstripe.api.testing.ServedApi;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.instance.BackupOption;
import io.bakstripe.protocol.instance.DailyWindow;
import io.bakstripe.protocol.instance.DatabaseInfo;
import io.bakstripe.protocol.instance.DatabaseState;
import io.bakstripe.protocol.instance.InstanceDefinition;
import io.bakstripe.protocol.instance.RecoveryModel;
import io.bakstripe.protocol.instance.ServerConnection;
import io.bakstripe.protocol.instance.WeeklyWindow;
import io.bakstripe.protocol.instance.Windows;
import io.bakstripe.protocol.name.BackupSetId;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.InstanceName;
import io.bakstripe.protocol.name.Lsn;
import io.bakstripe.protocol.readiness.Finding;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InstanceRoutesTest {
    private static final ServerConnection CONNECTION = new ServerConnection(
            "127.0.0.1", 5433, "postgres", "secret", "shop", "jdbc:postgresql://127.0.0.1:5433/shop");

    private static final String ROLE = "arn:aws:iam::123456789012:role/backup";
    private static final Windows WINDOWS = new Windows(
            Optional.of(DailyWindow.parse("03:00-03:30")), Optional.of(WeeklyWindow.parse("sun:05:00-sun:06:00")));

    @RegisterExtension
    static final ServedApi API = new ServedApi();

    private static void put(
            String name, Optional<ServerConnection> connection, Optional<DatabaseInfo.LastFullBackup> full) {
        DatabaseName databaseName = new DatabaseName(name);
        API.cluster()
                .databases
                .put(
                        databaseName.folded(),
                        new DatabaseInfo(databaseName, DatabaseState.ONLINE, RecoveryModel.FULL, connection, full));
    }

    @Test
    void listsInstances() {
        API.cluster().declare("second");

        JsonNode instances = API.get("/api/v1/instances").json().path("instances");

        assertThat(instances)
                .extracting(instance -> instance.path("name").asText())
                .containsExactly("main", "second");
        JsonNode first = instances.get(0);
        assertThat(first.path("engine").asText()).isEqualTo("postgresql");
        assertThat(first.path("edition").asText()).isEqualTo("Enterprise");
        assertThat(first.path("region").asText()).isEqualTo("us-east-1");
        assertThat(first.path("timeZone").asText()).isEqualTo("UTC");
        assertThat(first.path("multiAz").asBoolean(true)).isFalse();
        assertThat(first.path("managed").asBoolean()).isTrue();
        assertThat(first.path("configuration").path("S3 backup compression").asBoolean())
                .isTrue();
        assertThat(API.get("/api/v1/instances/main").json()).isEqualTo(first);
    }

    @Test
    void showsWindowsAndOptions() {
        InstanceDefinition plain = API.cluster().declared().get(0);
        API.cluster()
                .instances
                .add(declared("windowed", plain, WINDOWS, Optional.of(new BackupOption(Optional.of(ROLE)))));
        API.cluster().instances.add(declared("without", plain, Windows.none(), Optional.empty()));

        JsonNode windowed = API.get("/api/v1/instances/windowed").json();
        JsonNode without = API.get("/api/v1/instances/without").json();
        JsonNode byDefault = API.get("/api/v1/instances/main").json();

        assertThat(windowed.at("/windows/backup").asText()).isEqualTo("03:00-03:30");
        assertThat(windowed.at("/windows/maintenance").asText()).isEqualTo("sun:05:00-sun:06:00");
        assertThat(windowed.at("/options/SQLSERVER_BACKUP_RESTORE/roleArn").asText())
                .isEqualTo(ROLE);
        assertThat(without.path("options").isObject()).isTrue();
        assertThat(without.path("options")).isEmpty();
        assertThat(byDefault.at("/options/SQLSERVER_BACKUP_RESTORE/roleArn").isNull())
                .isTrue();
        assertThat(byDefault.at("/windows/backup").isNull()).isTrue();
    }

    private static InstanceDefinition declared(
            String name, InstanceDefinition like, Windows windows, Optional<BackupOption> option) {
        return new InstanceDefinition(
                new InstanceName(name),
                like.revision(),
                like.engine(),
                like.edition(),
                like.region(),
                like.timeZone(),
                like.multiAz(),
                like.host(),
                like.databases(),
                windows,
                option);
    }

    @Test
    void showsADatabaseWithItsConnection() {
        put(
                "shop",
                Optional.of(CONNECTION),
                Optional.of(new DatabaseInfo.LastFullBackup(
                        new BackupSetId(UUID.fromString("00000000-0000-0000-0000-000000000001")),
                        Instant.parse("2026-03-01T10:00:00Z"),
                        Instant.parse("2026-03-01T10:05:00.5Z"),
                        Lsn.parse("0/10"),
                        Lsn.parse("1/20"))));

        JsonNode database = API.get("/api/v1/instances/main/databases/SHOP").json();

        assertThat(database.path("name").asText()).isEqualTo("shop");
        assertThat(database.path("state").asText()).isEqualTo("ONLINE");
        assertThat(database.path("recoveryModel").asText()).isEqualTo("full");
        assertThat(database.path("connection").path("port").asInt()).isEqualTo(5433);
        assertThat(database.path("connection").path("password").asText()).isEqualTo("secret");
        assertThat(database.path("connection").path("jdbcUrl").asText()).startsWith("jdbc:postgresql:");
        assertThat(database.path("lastFullBackup").path("finishedAt").asText()).isEqualTo("2026-03-01T10:05:00.500Z");
        assertThat(database.path("lastFullBackup").path("lastLsn").asText()).isEqualTo("1/20");
        assertThat(API.get("/api/v1/instances/main/databases")
                        .json()
                        .path("databases")
                        .get(0))
                .isEqualTo(database);
    }

    @Test
    void keepsAnswersWithPasswordsOutOfCaches() {
        put("shop", Optional.of(CONNECTION), Optional.empty());

        assertThat(API.get("/api/v1/instances/main/databases/shop").header("Cache-Control"))
                .isEqualTo("no-store");
    }

    @Test
    void writesWhatIsAbsentAsNull() {
        put("shop", Optional.empty(), Optional.empty());

        JsonNode database = API.get("/api/v1/instances/main/databases/shop").json();

        assertThat(database.path("connection").isNull()).isTrue();
        assertThat(database.path("lastFullBackup").isNull()).isTrue();
    }

    @Test
    void showsWhatAnExaminationFinds() {
        put("shop", Optional.empty(), Optional.empty());
        API.cluster().findings.add(Finding.good("wal_level", "replica"));

        JsonNode ready =
                API.get("/api/v1/instances/main/databases/shop/readiness").json();
        API.cluster().findings.add(Finding.problem("primary", BackupError.STANDBY_UNSUPPORTED.problem("shop")));
        JsonNode refused =
                API.get("/api/v1/instances/main/databases/shop/readiness").json();

        assertThat(ready.path("ready").asBoolean()).isTrue();
        assertThat(ready.at("/findings/0/verdict").asText()).isEqualTo("GOOD");
        assertThat(ready.at("/findings/0/advice").isNull()).isTrue();
        assertThat(refused.path("database").asText()).isEqualTo("shop");
        assertThat(refused.path("ready").asBoolean(true)).isFalse();
        assertThat(refused.at("/findings/1/check").asText()).isEqualTo("primary");
        assertThat(refused.at("/findings/1/code").asText()).isEqualTo("BAK-2152");
        assertThat(refused.at("/findings/1/advice").asText()).contains("primary");
        assertThat(API.get("/api/v1/instances/main/databases/nothing/readiness").status())
                .isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(strings = {"gr%C3%B6%C3%9Fe", "GROSSE", "GR%C3%96SSE"})
    void decodesNamesInPaths(String path) {
        put("größe", Optional.empty(), Optional.empty());

        assertThat(API.get("/api/v1/instances/main/databases/" + path).text("name"))
                .isEqualTo("größe");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a%2Fb", "a%20b%3Fc", "a+b", "100%25"})
    void decodesSlashesBlanksAndSignsInNames(String path) {
        put("a/b", Optional.empty(), Optional.empty());
        put("a b?c", Optional.empty(), Optional.empty());
        put("a+b", Optional.empty(), Optional.empty());
        put("100%", Optional.empty(), Optional.empty());

        assertThat(API.get("/api/v1/instances/main/databases/" + path).status()).isEqualTo(200);
    }

    @Test
    void answers404ForWhatDoesNotExist() {
        ServedApi.Answer instance = API.get("/api/v1/instances/other");
        ServedApi.Answer ofInstance = API.get("/api/v1/instances/other/databases/shop");
        ServedApi.Answer database = API.get("/api/v1/instances/main/databases/nothing");

        assertThat(instance.status()).isEqualTo(404);
        assertThat(instance.text("code")).isEqualTo("BAK-3001");
        assertThat(ofInstance.text("code")).isEqualTo("BAK-3001");
        assertThat(database.status()).isEqualTo(404);
        assertThat(database.text("code")).isEqualTo("BAK-3002");
        assertThat(database.text("hint")).contains("/instances/main/databases");
    }

    @Test
    void answers400ForANameThatNoDatabaseCanHave() {
        ServedApi.Answer answer = API.get("/api/v1/instances/main/databases/%00");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text("code")).isEqualTo("BAK-1011");
    }
}
