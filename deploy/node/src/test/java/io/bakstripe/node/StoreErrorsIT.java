package io.bakstripe.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.bakstripe.node.StoreGate.Head;
import io.bakstripe.node.sandbox.FreePort;
import io.bakstripe.protocol.instance.ServerConnection;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/**
 * What the store refuses, at the call and later: a node that knows the sandbox's database and reaches the sandbox's store through a gate that answers in
 * the store's place. The node's store honours no conditions and takes small objects only.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class StoreErrorsIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String TOKEN = "token-of-store-errors";
    private static final String DENIED =
            answer(403, "<Error><Code>AccessDenied</Code><Message>User is not authorized</Message></Error>", "");

    private final HttpClient http = HttpClient.newHttpClient();
    private RunningNode sandbox;
    private JsonNode s3;
    private StoreGate gate;
    private Process node;
    private Path log;
    private String api;

    @BeforeAll
    void startNodes(@TempDir Path folder) throws Exception {
        sandbox = RunningNode.start(folder.resolve("sandbox"));
        s3 = JSON.readTree(sandbox.data().resolve("sandbox.json").toFile()).required("s3");
        gate = new StoreGate(URI.create(s3.required("endpoint").asText()));
        ServerConnection shop = sandbox.shop();
        try (Connection connection = DriverManager.getConnection(shop.jdbcUrl(), shop.user(), shop.password());
                Statement statement = connection.createStatement()) {
            statement.execute(
                    "CREATE TABLE noise AS SELECT sha512(i::text::bytea) AS bytes FROM generate_series(1, 300000) i");
        }
        api = "http://127.0.0.1:" + FreePort.choose();
        Path config = Files.writeString(folder.resolve("node.conf"), """
                bakstripe.node.port = 0
                bakstripe.api { port = %d, token = "%s" }
                bakstripe.instances.declared = [ { name = "known", databases = [
                  { name = "shop", jdbc-url = "%s", user = "%s", password = "%s" } ] } ]
                bakstripe.worker.store {
                  endpoint = "%s", path-style = true, region = "%s", access-key = "%s", secret-key = "%s", sse = none
                  conditional-writes = false
                  max-object-size = 32 MiB
                }
                """.formatted(
                        URI.create(api).getPort(),
                        TOKEN,
                        shop.jdbcUrl(),
                        shop.user(),
                        shop.password(),
                        gate.endpoint(),
                        s3.required("region").asText(),
                        s3.required("accessKey").asText(),
                        s3.required("secretKey").asText()));
        log = folder.resolve("node.log");
        node = new ProcessBuilder(Home.find()
                        .nodeCommand(
                                "512m",
                                List.of(
                                        "server",
                                        "--config",
                                        config.toString(),
                                        "--data",
                                        folder.resolve("node").toString(),
                                        "--stop-with-stdin")))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        await().atMost(Duration.ofSeconds(90))
                .failFast("the node ended, see " + log, () -> !node.isAlive())
                .ignoreExceptions()
                .until(() -> get("/health/ready").statusCode() == 200);
    }

    @AfterEach
    void open() {
        gate.open();
        await("uploads of tasks that failed to be aborted")
                .atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(sandbox.uploads()).isEmpty());
    }

    @AfterAll
    void stopNodes() throws Exception {
        node.getOutputStream().close();
        if (!node.waitFor(60, TimeUnit.SECONDS)) {
            node.destroyForcibly();
        }
        gate.close();
        sandbox.close();
    }

    @Test
    void bucketInAnotherRegionIsRefusedAtTheCall() throws Exception {
        gate.answering(head -> head.asks("HEAD", bucket()) ? redirected() : "");

        assertRefused(
                "region.bak", 409, "BAK-2107", "Please specify a bucket that is in the same region as RDS instance");
    }

    @Test
    void bucketInAnotherRegionEndsTheTaskThatFindsItLater() throws Exception {
        gate.answering(second(head -> head.asks("HEAD", bucket()), redirected()));

        assertError(
                submit("late-region.bak", 1),
                "Please specify a bucket that is in the same region as RDS instance [BAK-2107]");
    }

    @Test
    void absentBucketIsRefusedAtTheCallAndEndsTheTaskThatFindsItLater() throws Exception {
        gate.answering(head -> head.asks("HEAD", bucket()) ? answer(404, "", "") : "");
        assertRefused("bucket.bak", 404, "BAK-3004", "The specified bucket does not exist");
        gate.answering(second(head -> head.asks("HEAD", bucket()), answer(404, "", "")));

        assertError(submit("late-bucket.bak", 1), "The specified bucket does not exist [BAK-3004]");
    }

    @Test
    void deniedBucketIsRefusedAtTheCallWithTheLikelyCause() throws Exception {
        gate.answering(head -> head.method().equals("HEAD") ? answer(403, "", "") : DENIED);

        JsonNode problem = assertRefused("denied.bak", 403, "BAK-4002", "Access Denied");

        assertThat(problem.required("hint").asText())
                .contains("is the bucket you mean", "s3:ListBucket", "User is not authorized");
    }

    @Test
    void deniedUploadEndsTheTaskWithTheActionThatIsMissing() throws Exception {
        gate.answering(head -> head.asks("POST", bucket() + "/") && head.path().contains("uploads") ? DENIED : "");

        assertError(submit("no-put.bak", 1), "Access Denied [BAK-4002] Hint: ", "s3:PutObject on the file");
    }

    @Test
    void warnsWhereTheStoreHonoursNoConditions() throws Exception {
        JsonNode row = ended(submit("unguarded*.bak", 10));

        assertThat(row.required("lifecycle").asText()).as(row.toString()).isEqualTo("SUCCESS");
        assertThat(row.required("task_info").asText())
                .contains("Warning: the store does not honour If-None-Match (store.conditional-writes = false).");
        assertThat(sandbox.keys()).contains("unguarded1-of-10.bak", "unguarded10-of-10.bak");
    }

    @Test
    void foreignFileThatAppearsBeforeTheCompletionIsNotOverwritten() throws Exception {
        AtomicInteger heads = new AtomicInteger();
        gate.answering(head -> {
            // Asked for at the call, at the start, before the commit point and before the completion itself.
            if (head.asks("HEAD", bucket() + "/foreign1-of-10.bak") && heads.incrementAndGet() == 4) {
                put("foreign1-of-10.bak", "not a backup");
            }
            return "";
        });

        JsonNode row = ended(submit("foreign*.bak", 10));

        assertThat(row.required("lifecycle").asText()).as(row.toString()).isEqualTo("ERROR");
        assertThat(row.required("task_info").asText()).contains("foreign1-of-10.bak", "[BAK-6011]");
        assertThat(bytes("foreign1-of-10.bak")).isEqualTo("not a backup");
    }

    @Test
    void backupThatCannotFitIsRefusedAtTheCallWithTheFilesThatWouldDo() throws Exception {
        sql("exec rdsadmin..rds_set_configuration 'S3 backup compression', 'false';");
        try {
            JsonNode problem = assertRefused("large.bak", 409, "BAK-2161", "");

            assertThat(problem.required("detail").asText()).contains("1 file(s) hold at most 33554432 bytes each");
            assertThat(problem.required("hint").asText()).matches("Set number_of_files to \\d+\\.");
        } finally {
            sql("exec rdsadmin..rds_set_configuration 'S3 backup compression', 'true';");
        }
    }

    @Test
    void fileThatReachesTheLimitEndsTheTaskWithTheFilesThatWouldDo() throws Exception {
        JsonNode row = ended(submit("reached.bak", 1));

        assertThat(row.required("lifecycle").asText()).as(row.toString()).isEqualTo("ERROR");
        assertThat(row.required("task_info").asText())
                .contains("reached the largest size a file can have [BAK-6006]", "Set number_of_files to at least ");
        assertThat(sandbox.keys()).doesNotContain("reached.bak");
    }

    private JsonNode assertRefused(String key, int status, String code, String detail) throws Exception {
        int tasks = rows("{}").size();

        HttpResponse<String> refused = backup(key, 1);

        JsonNode problem = JSON.readTree(refused.body());
        assertThat(refused.statusCode()).as(refused.body()).isEqualTo(status);
        assertThat(problem.required("code").asText()).isEqualTo(code);
        assertThat(problem.required("detail").asText()).contains(detail);
        assertThat(problem.required("hint").asText()).isNotBlank();
        assertThat(rows("{}")).hasSize(tasks);
        assertThat(sandbox.keys()).doesNotContain(key);
        return problem;
    }

    private void assertError(long task, String... info) throws Exception {
        JsonNode row = ended(task);
        assertThat(row.required("lifecycle").asText()).as(row.toString()).isEqualTo("ERROR");
        assertThat(row.required("task_info").asText()).contains(info);
    }

    private long submit(String key, int files) throws Exception {
        HttpResponse<String> answer = backup(key, files);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return JSON.readTree(answer.body())
                .required("rows")
                .get(0)
                .required("task_id")
                .asLong();
    }

    private HttpResponse<String> backup(String key, int files) throws Exception {
        return post(
                "/api/v1/procedures/rds_backup_database",
                "application/json",
                JSON.writeValueAsString(Map.of(
                        "source_db_name",
                        "shop",
                        "s3_arn_to_backup_to",
                        "arn:aws:s3:::" + RunningNode.BUCKET + "/" + key,
                        "number_of_files",
                        files)));
    }

    private JsonNode ended(long task) {
        return await("end of task " + task)
                .atMost(Duration.ofSeconds(180))
                .pollInterval(Duration.ofMillis(200))
                .until(
                        () -> rows("{\"task_id\": " + task + "}").get(0),
                        row -> List.of("SUCCESS", "ERROR", "CANCELLED")
                                .contains(row.required("lifecycle").asText()));
    }

    private JsonNode rows(String arguments) throws Exception {
        return JSON.readTree(post("/api/v1/procedures/rds_task_status", "application/json", arguments)
                        .body())
                .required("rows");
    }

    private void sql(String text) throws Exception {
        HttpResponse<String> answer = post("/api/v1/sql", "text/plain", text);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    }

    private HttpResponse<String> post(String path, String type, String body) throws Exception {
        return http.send(
                request(path)
                        .header("Content-Type", type)
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> get(String path) throws Exception {
        return http.send(request(path).build(), HttpResponse.BodyHandlers.ofString());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(api + path))
                .timeout(Duration.ofSeconds(40))
                .header("Authorization", "Bearer " + TOKEN);
    }

    private S3AsyncClient stockClient() {
        return S3AsyncClient.builder()
                .endpointOverride(URI.create(s3.required("endpoint").asText()))
                .forcePathStyle(true)
                .region(Region.of(s3.required("region").asText()))
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create(
                        s3.required("accessKey").asText(),
                        s3.required("secretKey").asText())))
                .build();
    }

    private void put(String key, String text) {
        try (S3AsyncClient client = stockClient()) {
            client.putObject(request -> request.bucket(RunningNode.BUCKET).key(key), AsyncRequestBody.fromString(text))
                    .join();
        }
    }

    private String bytes(String key) {
        try (S3AsyncClient client = stockClient()) {
            return client.getObject(
                            request -> request.bucket(RunningNode.BUCKET).key(key), AsyncResponseTransformer.toBytes())
                    .join()
                    .asUtf8String();
        }
    }

    private static String bucket() {
        return "/" + RunningNode.BUCKET;
    }

    private static String redirected() {
        return answer(301, "", "x-amz-bucket-region: ap-south-1\r\n");
    }

    private static String answer(int status, String body, String headers) {
        return "HTTP/1.1 %d Told\r\n%sContent-Length: %d\r\nConnection: close\r\n\r\n%s"
                .formatted(status, headers, body.length(), body);
    }

    /** Nothing for the first request that matches, {@code answer} for those after it. */
    private static Function<Head, String> second(Predicate<Head> matches, String answer) {
        AtomicInteger seen = new AtomicInteger();
        return head -> matches.test(head) && seen.incrementAndGet() > 1 ? answer : "";
    }
}
