package io.bakstripe.sandbox.chaos;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.List;

/** One request to the store behind the gateway, on a connection of its own. */
final class Upstream implements AutoCloseable {
    private static final int CONNECT_MILLIS = 5_000;

    private final Socket socket;

    private Upstream(Socket socket) {
        this.socket = socket;
    }

    static Upstream open(int port) throws IOException {
        Socket socket = new Socket();
        try {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), CONNECT_MILLIS);
            socket.setTcpNoDelay(true);
            return new Upstream(socket);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** Where the request goes. */
    OutputStream out() throws IOException {
        return socket.getOutputStream();
    }

    /** Waits for the head of the answer. */
    Answer answer() throws IOException {
        InputStream in = new BufferedInputStream(socket.getInputStream(), 64 * 1024);
        List<String> lines = MessageHeaders.readHead(in);
        if (lines.isEmpty()) {
            throw new IOException("the store closed the connection");
        }
        return new Answer(lines.get(0), MessageHeaders.of(lines).without("connection"), in);
    }

    /**
     * An answer of the store.
     *
     * @param body its bytes as they are sent, to the end of the stream; to be read once
     */
    record Answer(String statusLine, MessageHeaders headers, InputStream body) {
        int status() {
            return Integer.parseInt(statusLine.split(" ")[1]);
        }

        /** Whether the client can tell the body's end without the end of the connection. */
        boolean isFramed() {
            return headers.contentLength().isPresent()
                    || headers.value("transfer-encoding").isPresent()
                    || status() == 204
                    || status() == 304;
        }

        byte[] headBytes() {
            return headers.toBytes(statusLine);
        }
    }

    /** Cuts the connection, whatever state it is in. */
    void cut() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
