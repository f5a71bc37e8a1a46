package io.bakstripe.api.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.bakstripe.api.http.ApiJson;
import io.bakstripe.protocol.instance.DatabaseInfo;
import io.bakstripe.protocol.readiness.Readiness;
import io.bakstripe.protocol.task.TaskRow;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * A client of the HTTP interface. Every call blocks, and throws {@link ApiRefusal} when it is refused or not answered. Safe for use by several threads.
 *
 * <p>Every call of a procedure carries an {@code Idempotency-Key} of its own, so that it can be repeated when its connection breaks.
 */
public final class ApiClient {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration REQUEST_TIMEOUT = Duration.ofMinutes(2);

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_TIMEOUT)
            .build();
    private final String base;
    private final String token;
    private final Optional<String> instance;
    private final Supplier<UUID> keys;
    private final Repetition repetition;

    /**
     * @param url of the server, for example {@code http://127.0.0.1:8080}
     * @param instance the instance to call; may be absent while the server has one
     * @param keys makes idempotency keys
     */
    public ApiClient(URI url, String token, Optional<String> instance, Supplier<UUID> keys) {
        this(url, token, instance, keys, Repetition.DEFAULT);
    }

    ApiClient(URI url, String token, Optional<String> instance, Supplier<UUID> keys, Repetition repetition) {
        this(url.toString().replaceFirst("/+$", "") + "/api/v1", token, instance, keys, repetition);
    }

    private ApiClient(
            String base, String token, Optional<String> instance, Supplier<UUID> keys, Repetition repetition) {
        this.base = base;
        this.token = token;
        this.instance = instance;
        this.keys = keys;
        this.repetition = repetition;
    }

    /** Calls a procedure; what it answers are its rows. */
    public List<JsonNode> procedure(String name, Map<String, ?> arguments) {
        HttpRequest.Builder request = request("/procedures/" + encoded(name) + query(Map.of()))
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", keys.get().toString())
                .POST(HttpRequest.BodyPublishers.ofString(json(arguments)));
        return list(send(request).path("rows"));
    }

    /** Calls a procedure that makes a task. The task exists when this returns. */
    public TaskRow submit(String procedure, Map<String, ?> arguments) {
        return taskRow(procedure(procedure, arguments).get(0));
    }

    /** {@code rds_task_status}: tasks in the order of their ids, oldest first. */
    public List<TaskRow> taskStatus(Map<String, ?> arguments) {
        return procedure("rds_task_status", arguments).stream()
                .map(ApiClient::taskRow)
                .toList();
    }

    /** One task's document: the columns of its row, and what stands behind them, stripes included. */
    public JsonNode task(long id) {
        return send(request("/tasks/" + id + query(Map.of())).GET());
    }

    /** Documents of tasks, newest first. */
    public List<JsonNode> tasks(Map<String, String> filter) {
        return list(send(request("/tasks" + query(filter)).GET()).path("tasks"));
    }

    /** Runs T-SQL text; what it answers are the results of its statements, each with {@code rows}. */
    public List<JsonNode> exec(String sql) {
        HttpRequest.Builder request = request("/sql" + query(Map.of()))
                .header("Content-Type", "text/plain; charset=UTF-8")
                .header("Idempotency-Key", keys.get().toString())
                .POST(HttpRequest.BodyPublishers.ofString(sql));
        return list(send(request).path("results"));
    }

    /** Documents of the instances. */
    public List<JsonNode> instances() {
        return list(send(request("/instances").GET()).path("instances"));
    }

    /** Documents of an instance's databases. */
    public List<JsonNode> databases(String ofInstance) {
        return list(
                send(request("/instances/" + encoded(ofInstance) + "/databases").GET())
                        .path("databases"));
    }

    /** One database of an instance. */
    public DatabaseInfo database(String ofInstance, String name) {
        JsonNode found = send(request("/instances/" + encoded(ofInstance) + "/databases/" + encoded(name))
                .GET());
        return read(found, DatabaseInfo.class);
    }

    /** Documents of what is known of a database's backups, the newest first. */
    public List<JsonNode> backupSets(String ofInstance, String name) {
        return list(send(request("/instances/" + encoded(ofInstance) + "/databases/" + encoded(name) + "/backup-sets")
                        .GET())
                .path("backupSets"));
    }

    /** Swaps a database with the one that is kept of it; the document says which one is kept then. */
    public JsonNode swapBack(String ofInstance, String name) {
        return send(request("/instances/" + encoded(ofInstance) + "/databases/" + encoded(name) + "/swap-back")
                .POST(HttpRequest.BodyPublishers.noBody()));
    }

    /** Documents of the snapshots of an instance, the newest first. */
    public List<JsonNode> snapshots(String ofInstance) {
        return list(
                send(request("/instances/" + encoded(ofInstance) + "/snapshots").GET())
                        .path("snapshots"));
    }

    /** Takes a snapshot of a database; the document is that of the snapshot, which is recorded. */
    public JsonNode takeSnapshot(String ofInstance, String name) {
        return send(request("/instances/" + encoded(ofInstance) + "/snapshots")
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", keys.get().toString())
                .POST(HttpRequest.BodyPublishers.ofString(json(Map.of("database", name)))));
    }

    /** Deletes a snapshot; the document says whether it is being deleted or gone. */
    public JsonNode deleteSnapshot(String ofInstance, String snapshot) {
        return send(request("/instances/" + encoded(ofInstance) + "/snapshots/" + encoded(snapshot))
                .DELETE());
    }

    /**
     * Restores a snapshot of {@code ofInstance} as a database of {@code target}; what it answers are the rows of the task there.
     *
     * @param database its new name; absent: the one that it had
     */
    public List<JsonNode> restoreSnapshot(
            String ofInstance, String snapshot, String target, Optional<String> database) {
        Map<String, String> body = new HashMap<>(Map.of("target_instance", target));
        database.ifPresent(name -> body.put("target_database", name));
        HttpRequest.Builder request = request(
                        "/instances/" + encoded(ofInstance) + "/snapshots/" + encoded(snapshot) + "/restore")
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", keys.get().toString())
                .POST(HttpRequest.BodyPublishers.ofString(json(body)));
        return list(send(request).path("rows"));
    }

    /** A client of the same server that calls this instance. */
    ApiClient on(String other) {
        return new ApiClient(base, token, Optional.of(other), keys, repetition);
    }

    /** What an examination of this database finds now. */
    public Readiness readiness(String ofInstance, String name) {
        return read(
                send(request("/instances/" + encoded(ofInstance) + "/databases/" + encoded(name) + "/readiness")
                        .GET()),
                Readiness.class);
    }

    /** The row inside a task's document or a result. */
    public static TaskRow taskRow(JsonNode document) {
        return read(document, TaskRow.class);
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(base + path))
                .timeout(REQUEST_TIMEOUT)
                .header("Authorization", "Bearer " + token);
    }

    private String query(Map<String, String> parameters) {
        List<String> pairs = new ArrayList<>();
        instance.ifPresent(name -> pairs.add("instance=" + encoded(name)));
        parameters.forEach((name, value) -> pairs.add(encoded(name) + "=" + encoded(value)));
        return pairs.isEmpty() ? "" : "?" + String.join("&", pairs);
    }

    private JsonNode send(HttpRequest.Builder request) {
        try {
            HttpRequest same = request.build();
            HttpResponse<String> response =
                    repetition.of(() -> http.send(same, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8)));
            if (response.statusCode() != 200) {
                throw refusal(response);
            }
            return ApiJson.tolerant().readTree(response.body());
        } catch (JsonProcessingException broken) {
            throw unanswered("the server at " + base + " does not speak JSON; is it Bakstripe?");
        } catch (IOException failed) {
            throw unanswered("the server at " + base + " does not answer: " + reason(failed));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw unanswered("interrupted");
        }
    }

    private static String reason(IOException failed) {
        return failed.getMessage() == null ? failed.getClass().getSimpleName() : failed.getMessage();
    }

    private static ApiRefusal unanswered(String detail) {
        return new ApiRefusal(
                0, "", OptionalInt.empty(), detail, "Check --url (or BAKSTRIPE_URL) and that the server runs.", "");
    }

    private static ApiRefusal unintelligible(int status) {
        return new ApiRefusal(
                status, "", OptionalInt.empty(), "the server answered with HTTP status " + status, "", "");
    }

    private static ApiRefusal refusal(HttpResponse<String> response) {
        int status = response.statusCode();
        try {
            JsonNode problem = ApiJson.tolerant().readTree(response.body());
            if (problem.isObject() && problem.path("code").isTextual()) {
                return new ApiRefusal(
                        status,
                        problem.path("code").asText(),
                        problem.path("message_number").canConvertToInt()
                                ? OptionalInt.of(problem.path("message_number").asInt())
                                : OptionalInt.empty(),
                        problem.path("detail").asText(),
                        problem.path("hint").asText(),
                        response.body());
            }
        } catch (JsonProcessingException notOurs) {
            // Something between us and the server answered, a proxy for example: its status is all there is.
            return unintelligible(status);
        }
        return unintelligible(status);
    }

    private static List<JsonNode> list(JsonNode array) {
        List<JsonNode> nodes = new ArrayList<>();
        array.forEach(nodes::add);
        return nodes;
    }

    private static <T> T read(JsonNode node, Class<T> type) {
        try {
            return ApiJson.tolerant().treeToValue(node, type);
        } catch (JsonProcessingException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    private static String json(Object value) {
        try {
            return ApiJson.strict().writeValueAsString(value);
        } catch (JsonProcessingException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
