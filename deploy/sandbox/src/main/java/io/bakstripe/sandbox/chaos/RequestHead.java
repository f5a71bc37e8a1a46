package io.bakstripe.sandbox.chaos;

import java.util.List;
import java.util.Optional;

/**
 * First line and headers of a request.
 *
 * @param target path and query as they were sent, undecoded: the signature is over them
 */
record RequestHead(String method, String target, MessageHeaders headers) {

    /** Reads the lines of a head; {@link IllegalArgumentException} when the first is no request. */
    static RequestHead of(List<String> lines) {
        String[] first = lines.get(0).split(" ");
        if (first.length != 3) {
            throw new IllegalArgumentException("no request: " + lines.get(0));
        }
        return new RequestHead(first[0], first[1], MessageHeaders.of(lines));
    }

    Optional<String> header(String name) {
        return headers.value(name);
    }

    /** Bytes of the body; -1 when the sender does not say. */
    long contentLength() {
        return header("transfer-encoding").isPresent()
                ? -1
                : headers.contentLength().orElse(0);
    }

    boolean expectsContinue() {
        return header("expect").isPresent();
    }

    /** The bytes of this head for a connection that carries one request only. */
    byte[] toBytes() {
        return headers.without("expect")
                .without("connection")
                .with("Connection", "close")
                .toBytes(method + " " + target + " HTTP/1.1");
    }
}
