package io.bakstripe.sandbox.kms;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.bakstripe.sandbox.sts.Caller;
import io.bakstripe.sandbox.sts.RoleKeys;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.random.RandomGenerator;
import tools.jackson.databind.json.JsonMapper;

/**
 * Answers on loopback as AWS KMS does: DescribeKey, GenerateDataKey, Encrypt, Decrypt, ListKeys, ListAliases, EnableKey and DisableKey, for whoever signs
 * with the sandbox's keys or with those of its role.
 */
public final class KeyService implements AutoCloseable {
    /** A gateway in front puts this header on a request that its policy denies: only here is known who is told so, and about which key. */
    public static final String DENIED = "X-Sandbox-Denied";

    private static final int MOST_BYTES = 64 * 1024;

    private final HttpServer server;
    private final ExecutorService threads;
    private final Users users;
    private final KeyOperations operations;
    private final JsonMapper json = new JsonMapper();

    private KeyService(HttpServer server, ExecutorService threads, Users users, KeyOperations operations) {
        this.server = server;
        this.threads = threads;
        this.users = users;
        this.operations = operations;
    }

    /**
     * Starts it; it answers when this returns.
     *
     * @param port 0 for a free one
     * @param random makes data keys; thread-safe
     */
    public static KeyService start(int port, Caller own, RoleKeys role, KeyRing ring, RandomGenerator random)
            throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port), 0);
        ExecutorService threads = Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, "key-service");
            thread.setDaemon(true);
            return thread;
        });
        KeyService service = new KeyService(server, threads, new Users(own, role), new KeyOperations(ring, random));
        server.setExecutor(threads);
        server.createContext("/", service::handle);
        server.start();
        return service;
    }

    public int port() {
        return server.getAddress().getPort();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            try {
                answer(exchange, 200, result(exchange));
            } catch (KeyRefusal refusal) {
                answer(exchange, 400, Map.of("__type", refusal.code(), "message", refusal.text()));
            }
        }
    }

    private Map<String, Object> result(HttpExchange exchange) throws IOException, KeyRefusal {
        byte[] body = exchange.getRequestBody().readNBytes(MOST_BYTES);
        if (!exchange.getRequestMethod().equals("POST")
                || !exchange.getRequestURI().getPath().equals("/")) {
            throw KeyCall.unknown();
        }
        String user = users.of(exchange.getRequestHeaders(), body);
        KeyCall call =
                KeyCall.read(Optional.ofNullable(exchange.getRequestHeaders().getFirst("X-Amz-Target")), user, body);
        if (exchange.getRequestHeaders().containsKey(DENIED)) {
            throw KeyRefusal.denied(user, call.operation(), operations.resource(call), "identity");
        }
        return operations.carryOut(call);
    }

    private void answer(HttpExchange exchange, int status, Map<String, Object> body) throws IOException {
        byte[] bytes = json.writeValueAsBytes(body);
        exchange.getResponseHeaders().set("Content-Type", "application/x-amz-json-1.1");
        exchange.getResponseHeaders().set("x-amzn-RequestId", "sandbox");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
