package io.bakstripe.sandbox.sts;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Answers AssumeRole for one role on loopback, to one caller, as AWS STS does. */
public final class TokenService implements AutoCloseable {
    /** The only role that there is. */
    public static final String ROLE = "arn:aws:iam::123456789012:role/bakstripe-sandbox";

    private static final String ASSUMED = "arn:aws:sts::123456789012:assumed-role/bakstripe-sandbox/";
    private static final int MOST_BYTES = 64 * 1024;

    private final HttpServer server;
    private final ExecutorService threads;
    private final Caller caller;
    private final RoleKeys keys;
    private final Optional<Duration> lifetime;

    private TokenService(
            HttpServer server, ExecutorService threads, Caller caller, RoleKeys keys, Optional<Duration> lifetime) {
        this.server = server;
        this.threads = threads;
        this.caller = caller;
        this.keys = keys;
        this.lifetime = lifetime;
    }

    /**
     * Starts it; it answers when this returns.
     *
     * @param port 0 for a free one
     * @param lifetime of the keys, whatever is asked for; empty: as is asked for
     */
    public static TokenService start(int port, Caller caller, RoleKeys keys, Optional<Duration> lifetime)
            throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port), 0);
        ExecutorService threads = Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, "token-service");
            thread.setDaemon(true);
            return thread;
        });
        TokenService service = new TokenService(server, threads, caller, keys, lifetime);
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
                answer(exchange, 200, assumed(exchange));
            } catch (Refusal refusal) {
                answer(exchange, refusal.status(), error(refusal));
            }
        }
    }

    private String assumed(HttpExchange exchange) throws IOException, Refusal {
        byte[] body = exchange.getRequestBody().readNBytes(MOST_BYTES);
        if (!exchange.getRequestMethod().equals("POST")
                || !exchange.getRequestURI().getPath().equals("/")) {
            throw new Refusal(400, "InvalidAction", "Calls are sent as POST /");
        }
        caller.require(exchange.getRequestHeaders(), body);
        AssumeRole call = AssumeRole.of(body);
        if (!call.roleArn().equals(ROLE)) {
            throw new Refusal(
                    403,
                    "AccessDenied",
                    "User: " + Caller.ARN + " is not authorized to perform: sts:AssumeRole on resource: "
                            + call.roleArn());
        }
        RoleKeys.Issued issued = keys.issue(ASSUMED + call.session(), lifetime.orElse(call.lifetime()));
        return """
                <AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
                  <AssumeRoleResult>
                    <AssumedRoleUser>
                      <AssumedRoleId>AROASANDBOX:%1$s</AssumedRoleId>
                      <Arn>%2$s</Arn>
                    </AssumedRoleUser>
                    <Credentials>
                      <AccessKeyId>%3$s</AccessKeyId>
                      <SecretAccessKey>%4$s</SecretAccessKey>
                      <SessionToken>%5$s</SessionToken>
                      <Expiration>%6$s</Expiration>
                    </Credentials>
                  </AssumeRoleResult>
                  <ResponseMetadata><RequestId>sandbox</RequestId></ResponseMetadata>
                </AssumeRoleResponse>
                """.formatted(
                        call.session(),
                        issued.userArn(),
                        issued.accessKey(),
                        issued.secretKey(),
                        issued.token(),
                        issued.until());
    }

    private static String error(Refusal refusal) {
        return """
                <ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
                  <Error><Type>Sender</Type><Code>%s</Code><Message>%s</Message></Error>
                  <RequestId>sandbox</RequestId>
                </ErrorResponse>
                """.formatted(refusal.code(), escape(refusal.text()));
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    private static void answer(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "text/xml");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
