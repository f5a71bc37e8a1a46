package io.bakstripe.api.testing;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.bakstripe.api.http.ApiJson;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A server that reads requests and breaks their connections unanswered; after so many it answers with one task, to questions and calls alike. */
public final class ClosingServer implements AutoCloseable {
    private static final Pattern KEY = Pattern.compile("(?i)\\r\\nidempotency-key: ([^\\r]*)");
    private static final Pattern LENGTH = Pattern.compile("(?i)\\r\\ncontent-length: ([0-9]+)");

    /** How a connection ends. */
    public enum Break {
        /** In order, without a byte of an answer. */
        CLOSE,
        /** With a reset. */
        RESET
    }

    private final ServerSocket socket;
    private final int breaks;
    private final Break how;
    private final List<String> keys = new CopyOnWriteArrayList<>();
    private final Thread thread = new Thread(this::serve, "closing-server");

    private ClosingServer(ServerSocket socket, int breaks, Break how) {
        this.socket = socket;
        this.breaks = breaks;
        this.how = how;
    }

    /** Starts one that breaks the first {@code breaks} connections. */
    public static ClosingServer breaking(int breaks, Break how) throws IOException {
        ClosingServer server =
                new ClosingServer(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), breaks, how);
        server.thread.setDaemon(true);
        server.thread.start();
        return server;
    }

    public URI base() {
        return URI.create("http://127.0.0.1:" + socket.getLocalPort());
    }

    /** The idempotency keys of the requests so far, in order; empty text for a request without one. */
    public List<String> keys() {
        return keys;
    }

    private void serve() {
        while (!socket.isClosed()) {
            try (Socket connection = socket.accept()) {
                String request = read(connection.getInputStream());
                Matcher key = KEY.matcher(request);
                keys.add(key.find() ? key.group(1) : "");
                if (keys.size() > breaks) {
                    connection.getOutputStream().write(answer(request.startsWith("POST")));
                } else if (how == Break.RESET) {
                    // Closing with a linger of nothing sends a reset.
                    connection.setSoLinger(true, 0);
                }
            } catch (IOException closed) {
                // The test is over, or its client went away.
            }
        }
    }

    private static String read(InputStream in) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        String text = "";
        while (!text.endsWith("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("the client went away");
            }
            bytes.write(next);
            text = bytes.toString(StandardCharsets.ISO_8859_1);
        }
        Matcher length = LENGTH.matcher(text);
        if (length.find()) {
            in.readNBytes(Integer.parseInt(length.group(1)));
        }
        return text;
    }

    private static byte[] answer(boolean call) {
        try {
            Object row = Tasks.backup(5).row();
            String body = ApiJson.strict().writeValueAsString(call ? Map.of("rows", List.of(row)) : row);
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            return ("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: "
                            + bytes.length + "\r\n\r\n" + body)
                    .getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
