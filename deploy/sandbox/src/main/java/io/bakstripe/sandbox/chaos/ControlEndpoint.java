package io.bakstripe.sandbox.chaos;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.regex.PatternSyntaxException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Where scripts come from: {@code PUT /chaos} begins one, {@code GET} tells what it has done, {@code DELETE} ends it. On loopback, for anyone on this
 * machine.
 */
final class ControlEndpoint implements AutoCloseable {
    private static final int MOST_BYTES = 1024 * 1024;

    private final HttpServer server;
    private final Script script;
    private final JsonMapper json = new JsonMapper();

    private ControlEndpoint(HttpServer server, Script script) {
        this.server = server;
        this.script = script;
    }

    /** Listens on a port of loopback, 0 for a free one. */
    static ControlEndpoint start(int port, Script script) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port), 0);
        ControlEndpoint endpoint = new ControlEndpoint(server, script);
        server.createContext("/chaos", endpoint::handle);
        server.start();
        return endpoint;
    }

    int port() {
        return server.getAddress().getPort();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            try {
                obey(exchange);
            } catch (PatternSyntaxException e) {
                answer(exchange, 400, Map.of("error", "key is no regular expression: " + e.getDescription()));
            } catch (IllegalArgumentException e) {
                answer(exchange, 400, Map.of("error", String.valueOf(e.getMessage())));
            }
        }
    }

    private void obey(HttpExchange exchange) throws IOException {
        switch (exchange.getRequestMethod()) {
            case "GET" -> answer(exchange, 200, script.report());
            case "PUT" -> {
                script.begin(PlanReader.read(exchange.getRequestBody().readNBytes(MOST_BYTES)));
                answer(exchange, 200, script.report());
            }
            case "DELETE" -> {
                Map<String, Object> last = script.report();
                script.begin(Plan.CALM);
                answer(exchange, 200, last);
            }
            default -> answer(exchange, 405, Map.of("error", "use GET, PUT or DELETE"));
        }
    }

    private void answer(HttpExchange exchange, int status, Map<String, Object> body) throws IOException {
        byte[] bytes = (json.writeValueAsString(body) + "\n").getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
