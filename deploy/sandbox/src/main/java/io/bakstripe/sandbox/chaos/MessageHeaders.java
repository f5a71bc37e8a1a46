package io.bakstripe.sandbox.chaos;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The headers of an HTTP message, in their order.
 *
 * @param lines each {@code Name: value}
 */
record MessageHeaders(List<String> lines) {
    private static final int MOST_BYTES = 64 * 1024;

    MessageHeaders {
        lines = List.copyOf(lines);
    }

    /** The headers among the lines of a head, all but the first. */
    static MessageHeaders of(List<String> head) {
        return new MessageHeaders(head.subList(1, head.size()));
    }

    /** Reads the lines of a head up to the empty one; empty at the end of the stream. Never reads further. */
    static List<String> readHead(InputStream in) throws IOException {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (int bytes = 0; bytes < MOST_BYTES; bytes++) {
            int next = in.read();
            if (next < 0) {
                if (lines.isEmpty() && line.isEmpty()) {
                    return List.of();
                }
                throw new EOFException("the head of a message ended early");
            }
            if (next != '\n') {
                line.append((char) next);
                continue;
            }
            String ended = line.toString().strip();
            line.setLength(0);
            if (!ended.isEmpty()) {
                lines.add(ended);
            } else if (!lines.isEmpty()) {
                return lines;
            }
        }
        throw new IOException("the head of a message is longer than " + MOST_BYTES + " bytes");
    }

    /** The first value under this name, whatever its case. */
    Optional<String> value(String name) {
        return lines.stream()
                .filter(line -> isNamed(line, name))
                .findFirst()
                .map(line -> line.substring(name.length() + 1).strip());
    }

    OptionalLong contentLength() {
        return value("content-length").stream().mapToLong(Long::parseLong).findFirst();
    }

    MessageHeaders without(String name) {
        return new MessageHeaders(
                lines.stream().filter(line -> !isNamed(line, name)).toList());
    }

    MessageHeaders with(String name, String value) {
        List<String> more = new ArrayList<>(lines);
        more.add(name + ": " + value);
        return new MessageHeaders(more);
    }

    /** A head of this first line and these headers. */
    byte[] toBytes(String firstLine) {
        StringBuilder text = new StringBuilder(firstLine).append("\r\n");
        lines.forEach(line -> text.append(line).append("\r\n"));
        return text.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    private static boolean isNamed(String line, String name) {
        return line.length() > name.length()
                && line.charAt(name.length()) == ':'
                && line.regionMatches(true, 0, name, 0, name.length());
    }
}
