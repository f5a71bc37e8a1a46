package io.bakstripe.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.api.testing.ServedApi;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Procedures inside a transaction (row L13). */
class SqlTransactionsTest {
    private static final String BACKUP = "exec msdb.dbo.rds_backup_database 'a', 'arn:aws:s3:::bucket/a.bak'";

    @RegisterExtension
    static final ServedApi API = new ServedApi();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "begin tran; %s",
                "BEGIN TRANSACTION nightly\n%s\nCOMMIT",
                "begin tran;begin tran;commit;%s",
                "begin tran; if @@trancount = 0 rollback; %s",
                "/* rollback */ begin tran -- commit\n %s",
                "begin tran; commit; begin tran; %s; commit"
            })
    void areRefusedInside(String text) {
        ServedApi.Answer answer = API.sql(text.formatted(BACKUP));

        assertThat(answer.status()).as(answer.response().body()).isEqualTo(409);
        assertThat(answer.text("code")).isEqualTo("BAK-2166");
        assertThat(answer.text("detail"))
                .isEqualTo("Cannot perform a backup or restore operation within a transaction.");
        assertThat(answer.text("hint")).contains("rds_backup_database");
        assertThat(API.cluster().submissions).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "begin tran; commit; %s",
                "begin tran\ncommit\n%s",
                "begin tran; begin tran; rollback; %s",
                "begin tran a; rollback tran a; %s",
                "begin tran; if @@trancount > 0 rollback tran; %s",
                "if @@trancount > 0 commit; %s",
                "begin tran; if @@TRANCOUNT <> 0 ROLLBACK TRANSACTION %s",
                "begin transaction; commit work; %s; begin tran",
                "begin tran /* a */;; commit -- done\n;; %s"
            })
    void runOutside(String text) {
        ServedApi.Answer answer = API.sql(text.formatted(BACKUP));

        assertThat(answer.status()).as(answer.response().body()).isEqualTo(200);
        assertThat(API.cluster().submissions).hasSize(1);
    }

    @Test
    void beginOutsideInEveryRequest() {
        assertThat(API.sql("begin tran").status()).isEqualTo(200);

        assertThat(API.sql(BACKUP).status()).isEqualTo(200);
        assertThat(API.sql("commit").text("code")).isEqualTo("BAK-2168");
    }

    @Test
    void tellTheResultsSoFarOneForEachStatement() {
        ServedApi.Answer answer = API.sql(BACKUP + "; begin tran; " + BACKUP);

        assertThat(answer.status()).isEqualTo(409);
        assertThat(answer.json().path("results")).hasSize(2);
        assertThat(answer.json().at("/results/0/rows")).hasSize(1);
        assertThat(answer.json().at("/results/1/rows")).isEmpty();
        assertThat(API.cluster().submissions).hasSize(1);
    }

    @Test
    void refuseTheOtherProceduresToo() {
        assertThat(API.sql("begin tran; exec rds_task_status").text("code")).isEqualTo("BAK-2166");
        assertThat(API.sql("begin tran; exec rdsadmin..rds_set_configuration 'S3 backup compression', 'true'")
                        .text("code"))
                .isEqualTo("BAK-2166");
    }

    @Test
    void doNotMindWordsInStringsNamesAndComments() {
        ServedApi.Answer answer = API.sql("-- begin tran\nexec rds_backup_database 'begin tran', /* ; begin tran */"
                + " 'arn:aws:s3:::bucket/a;begin tran;.bak'");

        assertThat(answer.status()).as(answer.response().body()).isEqualTo(200);
        assertThat(API.cluster().submissions.get(0).request().database().value())
                .isEqualTo("begin tran");
    }

    @Test
    void nameTheRightLineOfWhatCannotBeReadBehindATransaction() {
        ServedApi.Answer answer = API.sql("begin tran;\ncommit;\n  exec rds_task_status ,;");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text("detail")).contains("line 3, column 24");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "begin tran s; rollback tran other; %s",
                "begin tran x y; %s",
                "begin transact; %s",
                "if @@trancount > 0 begin tran; %s",
                "commit.x; %s"
            })
    void refuseWhatIsNoneOfThese(String text) {
        ServedApi.Answer answer = API.sql(text.formatted(BACKUP));

        assertThat(answer.status()).as(answer.response().body()).isIn(400, 409);
        assertThat(API.cluster().submissions).isEmpty();
    }
}
