package io.bakstripe.api.testing;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.http.javadsl.ServerBinding;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.typesafe.config.ConfigFactory;
import io.bakstripe.api.audit.AuditLine;
import io.bakstripe.api.audit.AuditSettings;
import io.bakstripe.api.auth.AccessSettings;
import io.bakstripe.api.auth.DeclaredLogin;
import io.bakstripe.api.http.ApiServer;
import io.bakstripe.api.http.ApiSettings;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** The real server on a free port before a {@link FakeCluster}, for the tests of one class; the cluster is reset before each. */
public final class ServedApi implements BeforeAllCallback, AfterAllCallback, BeforeEachCallback {
    public static final String TOKEN = "a-token-of-the-tests";
    /** How many wrong tokens may be sent at once. */
    public static final int WRONG_TOKENS = 30;

    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(2);
    private static final Instant START = Instant.parse("2026-03-01T10:00:00Z");

    private final FakeCluster cluster = new FakeCluster();
    private final List<DeclaredLogin> logins;
    private final List<AuditLine> audit = new CopyOnWriteArrayList<>();
    private final AtomicInteger tests = new AtomicInteger();
    private volatile Instant now = START;
    private final ObjectMapper json = new ObjectMapper();
    private final HttpClient client = HttpClient.newHttpClient();
    private Running running = Running.NONE;
    private Optional<Description> description = Optional.empty();

    private record Running(ActorTestKit kit, ServerBinding binding) {
        @SuppressWarnings("NullAway") // replaced before the first test
        static final Running NONE = new Running(null, null);
    }

    /** With the master's token only. */
    public ServedApi() {
        this(List.of());
    }

    private ServedApi(List<DeclaredLogin> logins) {
        this.logins = logins;
    }

    /** With further logins. */
    public static ServedApi withLogins(List<DeclaredLogin> logins) {
        return new ServedApi(logins);
    }

    /** The lines of the audit log since the test began. */
    public List<AuditLine> audit() {
        return audit;
    }

    public Instant now() {
        return now;
    }

    /** Sets the server's clock; it never moves by itself. */
    public void now(Instant instant) {
        now = instant;
    }

    public FakeCluster cluster() {
        return cluster;
    }

    public URI base() {
        return URI.create("http://127.0.0.1:" + running.binding().localAddress().getPort());
    }

    @Override
    public void beforeAll(ExtensionContext context) throws Exception {
        ActorTestKit kit = ActorTestKit.create(
                "api",
                ConfigFactory.parseString("akka.loglevel = WARNING, akka.actor.provider = local")
                        .withFallback(ConfigFactory.load()));
        ApiSettings settings = new ApiSettings(
                "127.0.0.1",
                0,
                TOKEN,
                16 * 1024,
                REQUEST_TIMEOUT,
                2000,
                new AccessSettings(logins, WRONG_TOKENS, Duration.ofSeconds(6), false),
                new AuditSettings(1 << 20, 1, 1 << 20));
        ServerBinding binding = ApiServer.start(kit.system(), settings, cluster.ports(), audit::add, this::now)
                .toCompletableFuture()
                .get(20, TimeUnit.SECONDS);
        running = new Running(kit, binding);
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        cluster.reset();
        audit.clear();
        // Days later, so that no test must wait for the wrong tokens of another.
        now = START.minus(Duration.ofDays(1000)).plus(Duration.ofDays(tests.incrementAndGet()));
    }

    @Override
    public void afterAll(ExtensionContext context) {
        running.kit().shutdownTestKit();
    }

    /** An answer: its body is read as JSON where it is JSON. */
    public record Answer(int status, HttpResponse<String> response, JsonNode json) {
        public String header(String name) {
            return response.headers().firstValue(name).orElse("");
        }

        public String text(String field) {
            return json.path(field).asText();
        }
    }

    public Answer call(String procedure, String body) {
        return post("/api/v1/procedures/" + procedure, "application/json", body);
    }

    public Answer sql(String text) {
        return post("/api/v1/sql", "text/plain; charset=UTF-8", text);
    }

    public Answer post(String path, String contentType, String body) {
        return send(request(path)
                .header("Content-Type", contentType)
                .POST(HttpRequest.BodyPublishers.ofString(body, StandardCharsets.UTF_8)));
    }

    public Answer get(String path) {
        return send(request(path).GET());
    }

    public Answer getAs(String token, String path) {
        return send(bare(path).header("Authorization", "Bearer " + token).GET());
    }

    public Answer postAs(String token, String path, String contentType, String body) {
        return send(bare(path)
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", contentType)
                .POST(HttpRequest.BodyPublishers.ofString(body, StandardCharsets.UTF_8)));
    }

    /** A request with the token. */
    public HttpRequest.Builder request(String path) {
        return bare(path).header("Authorization", "Bearer " + TOKEN);
    }

    /** A request without a token. */
    public HttpRequest.Builder bare(String path) {
        return HttpRequest.newBuilder(base().resolve(path)).timeout(Duration.ofSeconds(20));
    }

    /** What the server says of itself; every answer to {@link #send} is held against it. */
    public Description description() {
        if (description.isEmpty()) {
            try {
                description = Optional.of(Description.of(client.send(
                        bare("/openapi.json").GET().build(),
                        HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8))));
            } catch (IOException failed) {
                throw new AssertionError(failed);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new AssertionError(interrupted);
            }
        }
        return description.get();
    }

    public Answer send(HttpRequest.Builder request) {
        try {
            HttpResponse<String> response =
                    client.send(request.build(), HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
            boolean isJson =
                    response.headers().firstValue("Content-Type").orElse("").contains("json");
            JsonNode body = isJson ? json.readTree(response.body()) : json.missingNode();
            description().requireDescribed(response, body);
            return new Answer(response.statusCode(), response, body);
        } catch (JsonProcessingException broken) {
            throw new AssertionError("not JSON", broken);
        } catch (IOException failed) {
            throw new AssertionError(failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new AssertionError(interrupted);
        }
    }
}
