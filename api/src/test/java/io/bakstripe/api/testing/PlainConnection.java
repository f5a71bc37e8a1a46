package io.bakstripe.api.testing;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** One connection to a server, byte by byte, where a client's library would mend or hide what is to be seen. */
public final class PlainConnection implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 20_000;

    private final Socket socket;
    private final InputStream in;

    private PlainConnection(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new BufferedInputStream(socket.getInputStream());
        socket.setSoTimeout(PATIENCE_MILLIS);
    }

    public static PlainConnection to(URI base) throws IOException {
        return new PlainConnection(new Socket(base.getHost(), base.getPort()));
    }

    /** An answer; names of headers in lower case. */
    public record Answer(int status, Map<String, String> headers, String body) {
        public String header(String name) {
            return headers.getOrDefault(name, "");
        }
    }

    public void send(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Sends what the other side may not want to have any more. */
    public void sendQuietly(String text) {
        try {
            send(text);
        } catch (IOException closed) {
            // The answer, if there is one, was sent before.
        }
    }

    /** Waits until an answer begins, or none will come. */
    public void awaitBytes() throws IOException {
        in.mark(1);
        int first = in.read();
        if (first >= 0) {
            in.reset();
        }
    }

    /** The next answer; {@link EOFException} when the connection ends before it is whole. */
    public Answer answer() throws IOException {
        String[] lines = head().split("\r\n", -1);
        Map<String, String> headers = new TreeMap<>();
        for (int index = 1; index < lines.length; index++) {
            int colon = lines[index].indexOf(':');
            if (colon > 0) {
                headers.put(
                        lines[index].substring(0, colon).toLowerCase(Locale.ROOT),
                        lines[index].substring(colon + 1).strip());
            }
        }
        int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
        String body = new String(in.readNBytes(length), StandardCharsets.UTF_8);
        return new Answer(Integer.parseInt(lines[0].split(" ", -1)[1]), headers, body);
    }

    /** The next line, without its end. */
    public String line() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new EOFException("ended after '" + bytes.toString(StandardCharsets.UTF_8) + "'");
            }
            bytes.write(next);
        }
        return bytes.toString(StandardCharsets.UTF_8).strip();
    }

    /** The next line that begins with this. */
    public String lineWith(String beginning) throws IOException {
        String line = line();
        while (!line.startsWith(beginning)) {
            line = line();
        }
        return line;
    }

    /** True when the other side closes without another byte. */
    public boolean ended() throws IOException {
        return in.read() < 0;
    }

    private String head() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        while (!bytes.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) {
                throw new EOFException("ended after '" + bytes.toString(StandardCharsets.ISO_8859_1) + "'");
            }
            bytes.write(next);
        }
        return bytes.toString(StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
