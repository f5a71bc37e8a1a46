package io.bakstripe.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.api.audit.AuditLine;
import io.bakstripe.api.testing.DeclaredLogins;
import io.bakstripe.api.testing.ServedApi;
import io.bakstripe.protocol.error.BackupError;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class AuditTest {
    private static final String TOKEN = DeclaredLogins.token("operator");

    @RegisterExtension
    static final ServedApi API = ServedApi.withLogins(DeclaredLogins.all());

    private static AuditLine line(
            String login,
            String method,
            String path,
            Optional<String> instance,
            List<String> procedures,
            int status,
            Optional<String> code) {
        return new AuditLine(
                API.now(),
                Optional.of(login).filter(name -> !name.isEmpty()),
                "127.0.0.1",
                method,
                path,
                instance,
                procedures,
                status,
                code);
    }

    @Test
    void everyCallLeavesOneLine() {
        API.getAs(TOKEN, "/api/v1/tasks?instance=main&limit=5");
        API.getAs(TOKEN, "/api/v1/instances/main/databases/nowhere");
        API.postAs(
                TOKEN,
                "/api/v1/procedures/rds_backup_database",
                "application/json",
                "{\"source_db_name\": \"shop\", \"s3_arn_to_backup_to\": \"arn:aws:s3:::bucket/secret-name.bak\"}");
        API.postAs(
                TOKEN,
                "/api/v1/sql",
                "text/plain",
                "exec rds_task_status; exec rds_set_configuration 'S3 backup compression', 'true'");
        API.getAs("wrong-token", "/api/v1/tasks");
        API.getAs(TOKEN, "/api/v1/nothing");
        API.postAs(TOKEN, "/api/v1/tasks", "application/json", "{}");

        assertThat(API.audit())
                .containsExactly(
                        line("operator", "GET", "/api/v1/tasks", Optional.of("main"), List.of(), 200, Optional.empty()),
                        line(
                                "operator",
                                "GET",
                                "/api/v1/instances/main/databases/nowhere",
                                Optional.of("main"),
                                List.of(),
                                404,
                                Optional.of("BAK-3002")),
                        line(
                                "operator",
                                "POST",
                                "/api/v1/procedures/rds_backup_database",
                                Optional.of("main"),
                                List.of("rds_backup_database"),
                                200,
                                Optional.empty()),
                        line(
                                "operator",
                                "POST",
                                "/api/v1/sql",
                                Optional.of("main"),
                                List.of("rds_task_status", "rds_set_configuration"),
                                403,
                                Optional.of(BackupError.ROLE_TOO_LOW.code())),
                        line("", "GET", "/api/v1/tasks", Optional.empty(), List.of(), 401, Optional.of("BAK-4001")),
                        line(
                                "operator",
                                "GET",
                                "/api/v1/nothing",
                                Optional.empty(),
                                List.of(),
                                404,
                                Optional.of("BAK-3008")),
                        line(
                                "operator",
                                "POST",
                                "/api/v1/tasks",
                                Optional.empty(),
                                List.of(),
                                405,
                                Optional.of("BAK-1021")));
        assertThat(API.audit().toString())
                .doesNotContain("wrong-token")
                .doesNotContain("secret-name")
                .doesNotContain(TOKEN)
                .doesNotContain(ServedApi.TOKEN);
    }

    @Test
    void aCallThatIsNotAnsweredInTimeLeavesALineToo() {
        API.cluster().fallSilent();

        API.getAs(TOKEN, "/api/v1/tasks");

        assertThat(API.audit())
                .containsExactly(line(
                        "operator",
                        "GET",
                        "/api/v1/tasks",
                        Optional.of("main"),
                        List.of(),
                        503,
                        Optional.of("BAK-5101")));
    }

    @Test
    void questionsAboutHealthLeaveNone() {
        API.send(API.bare("/health/live").GET());
        API.send(API.bare("/api/v1/health/ready").GET());

        assertThat(API.audit()).isEmpty();
    }
}
