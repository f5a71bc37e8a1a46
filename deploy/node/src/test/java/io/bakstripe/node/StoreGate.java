package io.bakstripe.node;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;

/** Passes requests on as they are, so that their signatures hold, or answers them itself. One request per connection. */
final class StoreGate implements AutoCloseable {
    /** A request's first line. */
    record Head(String method, String path) {
        /** Of the bucket itself, or of what begins so when that ends in a slash or is a file. */
        boolean asks(String asked, String what) {
            String bare = path.contains("?") ? path.substring(0, path.indexOf('?')) : path;
            return method.equals(asked) && (what.endsWith("/") ? bare.startsWith(what) : bare.equals(what));
        }
    }

    private volatile URI store;
    private final ServerSocket server = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private volatile Function<Head, String> answers = head -> "";

    StoreGate(URI store) throws IOException {
        this.store = store;
        threads.execute(() -> {
            while (!server.isClosed()) {
                try {
                    Socket client = server.accept();
                    threads.execute(() -> serve(client));
                } catch (IOException closed) {
                    return;
                }
            }
        });
    }

    String endpoint() {
        return "http://127.0.0.1:" + server.getLocalPort();
    }

    /** @param told the whole answer to a request; empty to pass it on */
    void answering(Function<Head, String> told) {
        answers = told;
    }

    /** Passes requests on to this store from now on: a node that was started again may have its store elsewhere. */
    void leadTo(URI other) {
        store = other;
    }

    void open() {
        answers = head -> "";
    }

    private void serve(Socket client) {
        try (client;
                Socket upstream = new Socket(store.getHost(), store.getPort())) {
            InputStream in = new BufferedInputStream(client.getInputStream());
            String head = head(in);
            String[] line = head.split(" ", 3);
            String told = line.length < 3 ? "" : answers.apply(new Head(line[0], line[1]));
            if (!told.isEmpty()) {
                client.getOutputStream().write(told.getBytes(StandardCharsets.UTF_8));
                client.shutdownOutput();
                in.transferTo(OutputStream.nullOutputStream());
                return;
            }
            OutputStream out = upstream.getOutputStream();
            // One request per connection, or later ones would pass unseen; signatures do not cover this header.
            out.write(head.replaceAll("(?i)\r\nconnection:[^\r]*", "")
                    .replaceFirst("\r\n", "\r\nConnection: close\r\n")
                    .getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
            threads.execute(() -> {
                try {
                    in.transferTo(out);
                } catch (IOException closed) {
                    // The answer is complete, or the client has gone: both end the exchange.
                }
            });
            upstream.getInputStream().transferTo(client.getOutputStream());
        } catch (IOException closed) {
            // Either side has gone, which the other one sees by itself.
        }
    }

    private static String head(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        for (int next = in.read(); next >= 0; next = in.read()) {
            head.write(next);
            if (next == '\n' && head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
                break;
            }
        }
        return head.toString(StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } finally {
            threads.shutdownNow();
        }
    }
}
