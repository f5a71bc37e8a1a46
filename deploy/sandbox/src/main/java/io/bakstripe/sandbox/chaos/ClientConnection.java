package io.bakstripe.sandbox.chaos;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.util.List;
import java.util.Optional;

/** A client's connection, which carries one request after the other. */
final class ClientConnection implements AutoCloseable {
    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;

    ClientConnection(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new BufferedInputStream(socket.getInputStream(), 64 * 1024);
        this.out = new BufferedOutputStream(socket.getOutputStream(), 64 * 1024);
    }

    /** The next request; empty when the client has no more. */
    Optional<RequestHead> next() throws IOException {
        List<String> lines = MessageHeaders.readHead(in);
        return lines.isEmpty() ? Optional.empty() : Optional.of(RequestHead.of(lines));
    }

    /** The body of the request that was read last; a client that waits to be asked for it is asked. */
    InputStream body(RequestHead head) throws IOException {
        if (head.expectsContinue() && head.contentLength() > 0) {
            out.write(Answers.CONTINUE);
            out.flush();
        }
        return in;
    }

    OutputStream out() {
        return out;
    }

    /** Resets the connection: the client sees it break, whatever was on its way. Answers false, as nothing can follow. */
    boolean cut() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
        return false;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
