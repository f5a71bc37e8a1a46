package io.bakstripe.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.bakstripe.api.auth.TokenText;
import io.bakstripe.node.RunningNode.Answer;
import io.bakstripe.protocol.instance.Login;
import io.bakstripe.protocol.instance.Role;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Declared logins against a real node, from its configuration file to the rules of a restore and the audit log. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class LoginsIT {
    private static final String FILE = "arn:aws:s3:::" + RunningNode.BUCKET + "/logins.bak";

    private final Map<String, String> tokens = new HashMap<>();
    private Path data;
    private RunningNode node;

    @BeforeAll
    void startNode(@TempDir Path folder) throws IOException {
        data = folder.resolve("data");
        Path config = folder.resolve("node.conf");
        Files.writeString(
                config,
                "bakstripe.api.logins = ["
                        + String.join(
                                ", ",
                                declared("ana", Role.OPERATOR),
                                declared("ben", Role.OPERATOR),
                                declared("watch", Role.READER),
                                declared("boss", Role.MASTER))
                        + "]");
        node = RunningNode.start(data, "--config", config.toString());
        tokens.put("master", node.token());
    }

    @AfterAll
    void stopNode() throws IOException {
        node.close();
    }

    private String declared(String name, Role role) {
        TokenText token = TokenText.random(new Login(name, role), new SecureRandom());
        tokens.put(name, token.text());
        return "{ name = " + name + ", role = " + role.name().toLowerCase(Locale.ROOT) + ", token-hash = \""
                + token.hash() + "\" }";
    }

    private RunningNode by(String login) {
        return node.as(tokens.getOrDefault(login, "none"));
    }

    private static Map<String, Object> copy(String name) {
        return Map.of("restore_db_name", name, "s3_arn_to_restore_from", FILE, "with_norecovery", 1);
    }

    private void assertRefused(String login, String procedure, String database, String code) {
        Answer answer = by(login).procedure(procedure, Map.of("db_name", database));
        assertThat(answer.status()).as(answer.toString()).isEqualTo(403);
        assertThat(answer.code()).isEqualTo(code);
    }

    @Test
    void onlyAMasterOrTheRestorerFinishesAndDrops() throws IOException {
        by("ana")
                .awaitSuccess(by("ana")
                        .submit("rds_backup_database", Map.of("source_db_name", "shop", "s3_arn_to_backup_to", FILE)));
        for (String name : List.of("first", "second", "third")) {
            by("ana").awaitSuccess(by("ana").submit("rds_restore_database", copy(name)));
        }

        assertRefused("watch", "rds_finish_restore", "first", "BAK-4011");
        assertRefused("watch", "rds_drop_database", "first", "BAK-4011");
        assertRefused("ben", "rds_finish_restore", "first", "BAK-4005");
        assertRefused("ben", "rds_drop_database", "first", "BAK-4005");

        by("ana").awaitSuccess(by("ana").submit("rds_finish_restore", Map.of("db_name", "first")));
        // A master by role, whose name the restore does not remember: neither at the call nor when the task begins is
        // he refused.
        by("boss").awaitSuccess(by("boss").submit("rds_finish_restore", Map.of("db_name", "second")));
        assertThat(by("master")
                        .procedure("rds_drop_database", Map.of("db_name", "third"))
                        .status())
                .isEqualTo(200);
        assertThat(passwordSeenBy("boss").isTextual()).isTrue();
        assertThat(passwordSeenBy("ana").isNull()).isTrue();
        assertThat(passwordSeenBy("watch").isNull()).isTrue();
        assertThat(by("watch")
                        .as("bk_boss_0123456789abcdef0123456789abcdef")
                        .get("/tasks")
                        .status())
                .isEqualTo(401);
        assertTheAuditLogTellsOfAllThis();
    }

    private JsonNode passwordSeenBy(String login) {
        return by(login)
                .get("/instances/sandbox/databases/first")
                .body()
                .path("connection")
                .path("password");
    }

    private void assertTheAuditLogTellsOfAllThis() throws IOException {
        Path file = data.resolve("audit").resolve("audit.log");
        String text = Files.readString(file);
        tokens.values().forEach(token -> assertThat(text).doesNotContain(token));
        ObjectMapper json = new ObjectMapper();
        List<String> finishes = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            JsonNode one = json.readTree(line);
            assertThat(one.path("address").asText()).isEqualTo("127.0.0.1");
            if (one.path("procedure").asText().equals("rds_finish_restore")) {
                assertThat(one.path("instance").asText()).isEqualTo("sandbox");
                finishes.add(one.path("login").asText() + " "
                        + one.path("status").asInt() + " " + one.path("code").asText("none"));
            }
        }
        assertThat(finishes).containsExactly("watch 403 BAK-4011", "ben 403 BAK-4005", "ana 200 none", "boss 200 none");
    }
}
