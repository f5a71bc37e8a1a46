package io.bakstripe.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.TextNode;
import io.bakstripe.node.sandbox.SandboxProcess;
import io.bakstripe.protocol.instance.ServerConnection;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/** A real node in a process of its own, started from the distribution with {@code --sandbox}, and a plain HTTP client of it. */
public final class RunningNode implements AutoCloseable {
    public static final String BUCKET = "bakstripe-sandbox";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Process process;
    private final Path data;
    private final JsonNode sandbox;
    private final HttpClient http = HttpClient.newHttpClient();
    private final S3AsyncClient s3;
    /** Added to calls that do not name an instance themselves; empty while the node has one instance. */
    private String instance = "";

    private String token;

    private RunningNode(Process process, Path data, JsonNode sandbox) {
        this.process = process;
        this.data = data;
        this.sandbox = sandbox;
        this.token = sandbox.required("token").asText();
        this.s3 = stockClient(sandbox.required("s3"));
    }

    /** Where the sandbox's key service is, and its keys. */
    JsonNode kms() {
        return sandbox.required("kms");
    }

    /** The sandbox's object store and the keys to it. */
    JsonNode s3() {
        return sandbox.required("s3");
    }

    /** Where the sandbox's object store is. */
    URI store() {
        return URI.create(sandbox.required("s3").required("endpoint").asText());
    }

    /** An answer of the API. */
    public record Answer(int status, JsonNode body) {
        public String code() {
            return body.path("code").asText();
        }
    }

    /** Starts a node on the folder, new or left by an earlier one, and waits until it is ready. */
    public static RunningNode start(Path data, String... options) throws IOException {
        Files.createDirectories(data);
        Files.deleteIfExists(data.resolve("sandbox.json"));
        List<String> arguments = new ArrayList<>(
                List.of("server", "--sandbox", "--data", data.toString(), "--http-port", "0", "--stop-with-stdin"));
        arguments.addAll(List.of(options));
        Process process = new ProcessBuilder(Home.find().nodeCommand("512m", arguments))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        data.resolve("node.log").toFile()))
                .start();
        await().atMost(Duration.ofSeconds(90))
                .failFast("the node ended, see " + data.resolve("node.log"), () -> !process.isAlive())
                .until(() -> Files.exists(data.resolve("sandbox.json")));
        return new RunningNode(
                process, data, JSON.readTree(data.resolve("sandbox.json").toFile()));
    }

    /**
     * A node that was started in some other way and is ready.
     *
     * @param sandbox as {@code sandbox.json} has it
     */
    static RunningNode of(Process process, Path data, JsonNode sandbox) {
        return new RunningNode(process, data, sandbox);
    }

    /** Starts a node without a sandbox of its own and waits until it is ready. */
    static RunningNode startPlain(Path data, Path config, int port, String token, SandboxProcess.Store store)
            throws IOException {
        Process process = new ProcessBuilder(Home.find()
                        .nodeCommand(
                                "512m",
                                List.of(
                                        "server",
                                        "--config",
                                        config.toString(),
                                        "--data",
                                        data.toString(),
                                        "--stop-with-stdin")))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        data.resolve("node.log").toFile()))
                .start();
        JsonNode facts = JSON.valueToTree(Map.of("http", "http://127.0.0.1:" + port, "token", token, "s3", store));
        RunningNode node = new RunningNode(process, data, facts);
        await().atMost(Duration.ofSeconds(90))
                .ignoreExceptions()
                .failFast("the node ended, see " + data.resolve("node.log"), () -> !process.isAlive())
                .until(() -> node.health() == 200);
        return node;
    }

    private int health() throws IOException, InterruptedException {
        String address = sandbox.required("http").asText() + "/health/ready";
        return http.send(HttpRequest.newBuilder(URI.create(address)).build(), HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }

    /** The same node, whose calls go to this instance unless they name another. */
    public RunningNode on(String name) {
        instance = name;
        return this;
    }

    /** The token that it is called with. */
    String token() {
        return token;
    }

    /** The same node, called with this token from now on. */
    public RunningNode as(String other) {
        token = other;
        return this;
    }

    Path data() {
        return data;
    }

    public long pid() {
        return process.pid();
    }

    public String log() throws IOException {
        return Files.readString(data.resolve("node.log"));
    }

    public ServerConnection shop() {
        return connection(sandbox.required("databases").get(0));
    }

    public static ServerConnection connection(JsonNode json) {
        return new ServerConnection(
                json.required("host").asText(),
                json.required("port").asInt(),
                json.required("user").asText(),
                json.required("password").asText(),
                json.required("dbname").asText(),
                json.required("jdbcUrl").asText());
    }

    /** The connection of a database that the API shows. */
    public ServerConnection database(String name) {
        Answer answer = get("/instances/sandbox/databases/" + encode(name));
        assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
        return connection(answer.body().required("connection"));
    }

    public Answer procedure(String name, Map<String, ?> arguments) {
        try {
            return send("POST", "/procedures/" + name, "application/json", JSON.writeValueAsString(arguments));
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    public Answer sql(String text) {
        return send("POST", "/sql", "text/plain", text);
    }

    public Answer post(String path, Map<String, ?> body) {
        try {
            return send("POST", path, "application/json", JSON.writeValueAsString(body));
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    public Answer get(String path) {
        return send("GET", path, "", "");
    }

    public Answer delete(String path) {
        return send("DELETE", path, "", "");
    }

    /** A call of an address that takes no body. */
    public Answer post(String path) {
        return send("POST", path, "application/json", "");
    }

    private Answer send(String method, String path, String contentType, String body) {
        try {
            boolean named = instance.isEmpty() || path.contains("instance=");
            String address = sandbox.required("http").asText() + "/api/v1" + path;
            HttpRequest.Builder request = HttpRequest.newBuilder(
                            URI.create(named ? address : address + "?instance=" + instance))
                    .timeout(Duration.ofSeconds(40))
                    .header("Authorization", "Bearer " + token);
            if (method.equals("GET") || method.equals("DELETE")) {
                request.method(method, HttpRequest.BodyPublishers.noBody());
            } else {
                request.header("Content-Type", contentType).POST(HttpRequest.BodyPublishers.ofString(body));
            }
            HttpResponse<String> response = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
            boolean json =
                    response.headers().firstValue("Content-Type").orElse("").contains("json");
            return new Answer(
                    response.statusCode(), json ? JSON.readTree(response.body()) : TextNode.valueOf(response.body()));
        } catch (IOException failed) {
            throw new IllegalStateException("the API does not answer", failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    /** Submits and answers with the task's id; fails when the call is refused. */
    public long submit(String procedure, Map<String, ?> arguments) {
        Answer answer = procedure(procedure, arguments);
        assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
        return answer.body().required("rows").get(0).required("task_id").asLong();
    }

    public JsonNode task(long id) {
        Answer answer = get("/tasks/" + id);
        assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
        return answer.body();
    }

    public JsonNode row(long id) {
        Answer answer = procedure("rds_task_status", Map.of("task_id", id));
        assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
        return answer.body().required("rows").get(0);
    }

    /** Waits for the task's end and answers with its row. */
    public JsonNode awaitEnd(long id) {
        return await("end of task " + id)
                .atMost(Duration.ofSeconds(180))
                .pollInterval(Duration.ofMillis(200))
                .until(
                        () -> row(id),
                        row -> List.of("SUCCESS", "ERROR", "CANCELLED")
                                .contains(row.required("lifecycle").asText()));
    }

    public JsonNode awaitSuccess(long id) throws IOException {
        JsonNode row = awaitEnd(id);
        assertThat(row.required("lifecycle").asText()).as(row + "\n" + log()).isEqualTo("SUCCESS");
        return row;
    }

    public long tasks() {
        return procedure("rds_task_status", Map.of()).body().required("rows").size();
    }

    /** A stock client of the sandbox's object store. */
    private static S3AsyncClient stockClient(JsonNode store) {
        return S3AsyncClient.builder()
                .endpointOverride(URI.create(store.required("endpoint").asText()))
                .forcePathStyle(true)
                .region(Region.of(store.required("region").asText()))
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create(
                        store.required("accessKey").asText(),
                        store.required("secretKey").asText())))
                .build();
    }

    /** Keys in the bucket, as a stock client lists them. */
    List<String> keys() {
        return s3.listObjectsV2(request -> request.bucket(BUCKET)).join().contents().stream()
                .map(object -> object.key())
                .toList();
    }

    /** A whole object, as a stock client reads it. */
    public byte[] object(String key) {
        return s3.getObject(request -> request.bucket(BUCKET).key(key), AsyncResponseTransformer.toBytes())
                .join()
                .asByteArray();
    }

    /** Puts an object there as a stranger would. */
    public void put(String key, byte[] bytes) {
        s3.putObject(request -> request.bucket(BUCKET).key(key), AsyncRequestBody.fromBytes(bytes))
                .join();
    }

    /** Keys of unfinished uploads, as a stock client lists them. */
    List<String> uploads() {
        return s3.listMultipartUploads(request -> request.bucket(BUCKET)).join().uploads().stream()
                .map(upload -> upload.key())
                .toList();
    }

    static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** Kills the node alone, as {@code kill -9} does, and waits until it is gone. */
    public void kill() {
        s3.close();
        process.destroyForcibly();
        process.onExit().join();
    }

    public boolean alive() {
        return process.isAlive();
    }

    /** Stops the node cleanly; forcibly after a minute. */
    @Override
    public void close() throws IOException {
        s3.close();
        process.getOutputStream().close();
        try {
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IllegalStateException("the node did not stop within a minute:\n" + log());
            }
        } catch (InterruptedException interrupted) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    /**
     * A node that was started without {@code --sandbox}, once it is ready.
     *
     * @param sandbox what {@code sandbox.json} would say of its surroundings
     */
    public static RunningNode whenReady(Process process, Path data, JsonNode sandbox) {
        RunningNode node = new RunningNode(process, data, sandbox);
        await().atMost(Duration.ofMinutes(4))
                .failFast("the node ended, see " + data.resolve("node.log"), () -> !process.isAlive())
                .ignoreExceptionsMatching(IllegalStateException.class::isInstance)
                .until(() -> node.get("/health/ready").status() == 200);
        return node;
    }
}
