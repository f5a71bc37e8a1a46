package io.bakstripe.api.http;

import akka.http.javadsl.model.AttributeKeys;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.RemoteAddress;
import io.bakstripe.api.auth.CallerAddress;
import java.net.InetAddress;
import java.util.Optional;

/**
 * Where a call comes from: the other end of its connection or, behind a proxy that is trusted, what that saw as the other end.
 *
 * @param address for the audit log
 * @param counted what wrong tokens are counted by
 */
record CallOrigin(String address, String counted) {
    private static final String UNKNOWN = "unknown";
    private static final int LONGEST = 100;

    static CallOrigin of(HttpRequest request, boolean forwardedFor) {
        Optional<InetAddress> peer =
                request.getAttribute(AttributeKeys.remoteAddress).flatMap(RemoteAddress::getAddress);
        CallOrigin direct = peer.map(
                        address -> new CallOrigin(address.getHostAddress(), CallerAddress.counted(address)))
                .orElse(new CallOrigin(UNKNOWN, UNKNOWN));
        return forwardedFor ? named(request).orElse(direct) : direct;
    }

    /** The last one: a caller may send the header himself, and the proxy adds what it saw behind that. */
    private static Optional<CallOrigin> named(HttpRequest request) {
        return request.getHeader("X-Forwarded-For").map(header -> {
            String value = header.value();
            String last = value.substring(value.lastIndexOf(',') + 1).strip();
            String shortened = last.substring(0, Math.min(LONGEST, last.length()));
            return new CallOrigin(shortened, shortened);
        });
    }
}
