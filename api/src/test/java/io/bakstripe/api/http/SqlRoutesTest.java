package io.bakstripe.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.api.testing.FakeCluster;
import io.bakstripe.api.testing.ServedApi;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.message.RequestKey;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.procedure.BackupRequest;
import java.net.http.HttpRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SqlRoutesTest {
    @RegisterExtension
    static final ServedApi API = new ServedApi();

    @Test
    void runsAStatement() {
        ServedApi.Answer answer = API.sql("exec msdb.dbo.rds_backup_database @source_db_name=N'größe',"
                + " @s3_arn_to_backup_to='arn:aws:s3:::bucket/a*.bak', @number_of_files=4;");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().path("results")).hasSize(1);
        assertThat(answer.json().at("/results/0/rows/0/task_id").asInt()).isEqualTo(1);
        assertThat(API.cluster().submissions.get(0).request())
                .isEqualTo(new BackupRequest(
                        new DatabaseName("größe"), S3Arn.parse("arn:aws:s3:::bucket/a*.bak"), false, 4));
    }

    @Test
    void runsStatementsInTheirOrder() {
        ServedApi.Answer answer = API.sql("exec rdsadmin..rds_set_configuration 'S3 backup compression', 'true';"
                + "exec rdsadmin.dbo.rds_show_configuration;");

        assertThat(answer.json().at("/results/1/rows/0/value").asText()).isEqualTo("true");
    }

    @Test
    void stopsAtTheFirstStatementThatFailsAndTellsTheResultsSoFar() {
        ServedApi.Answer answer = API.sql("exec rds_backup_database 'a', 'arn:aws:s3:::bucket/a.bak';"
                + "exec rds_backup_database 'b', 'arn:aws:s3:::bucket/b.bak', @number_of_files=11;"
                + "exec rds_backup_database 'c', 'arn:aws:s3:::bucket/c.bak';");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.header("Content-Type")).startsWith("application/problem+json");
        assertThat(answer.text("code")).isEqualTo(BackupError.PARAMETER_VALUE.code());
        assertThat(answer.text("parameter")).isEqualTo("number_of_files");
        assertThat(answer.json().path("results")).hasSize(1);
        assertThat(answer.json().at("/results/0/rows/0/database_name").asText()).isEqualTo("a");
        assertThat(API.cluster().submissions).hasSize(1);
    }

    @Test
    void runsNothingOfATextThatCannotBeReadToItsEnd() {
        ServedApi.Answer answer = API.sql("exec rds_backup_database 'a', 'arn:aws:s3:::bucket/a.bak'; select 1");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text("code")).isEqualTo(BackupError.SQL_MALFORMED.code());
        assertThat(API.cluster().submissions).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "select 1, 400, BAK-1013",
                "begin, 400, BAK-1013",
                "save tran s, 400, BAK-1013",
                "commit, 409, BAK-2168",
                "rollback tran, 409, BAK-2169",
                "garbage, 400, BAK-1013",
                "exec rds_unheard_of, 404, BAK-3006",
                "exec shop..rds_task_status, 404, BAK-3006",
                "exec rds_task_status @task_id='x', 400, BAK-1003",
                "exec rds_task_status @task_id=0, 400, BAK-1005",
                "exec rds_task_status @task_id=-1, 400, BAK-1005",
                "exec rds_task_status @nothing=1, 400, BAK-1002",
                "exec rds_backup_database 'shop', 400, BAK-1001",
                "`exec rds_restore_database 'shop', ''`, 400, BAK-1009",
                "`exec rds_backup_database 'shop', 'nonsense'`, 400, BAK-1007",
                "`exec rds_backup_database 5, 'arn:aws:s3:::bucket/a.bak'`, 400, BAK-1003",
            })
    void refusesWithTheCodesOfTheJsonCalls(String text, int status, String code) {
        ServedApi.Answer answer = API.sql(text);

        assertThat(answer.status()).as(answer.response().body()).isEqualTo(status);
        assertThat(answer.text("code")).isEqualTo(code);
        assertThat(API.cluster().submissions).isEmpty();
    }

    @Test
    void refusesJson() {
        ServedApi.Answer answer = API.post("/api/v1/sql", "application/json", "\"exec rds_task_status\"");

        assertThat(answer.status()).isEqualTo(415);
        assertThat(answer.text("hint")).contains("text/plain");
    }

    @Test
    void givesEachStatementAKeyOfItsOwn() {
        API.send(API.request("/api/v1/sql")
                .header("Content-Type", "text/plain")
                .header("Idempotency-Key", "k")
                .POST(HttpRequest.BodyPublishers.ofString("exec rds_backup_database 'a', 'arn:aws:s3:::bucket/a.bak';"
                        + "exec rds_backup_database 'b', 'arn:aws:s3:::bucket/b.bak'")));

        assertThat(API.cluster().submissions)
                .extracting(FakeCluster.Submission::key)
                .extracting(key -> key.map(RequestKey::key).orElse(""))
                .containsExactly("k", "k#2");
    }
}
