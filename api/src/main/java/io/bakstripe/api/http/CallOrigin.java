package io.bakstripe.api.http;

import akka.http.javadsl.model.AttributeKeys;
import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.RemoteAddress;
import io.bakstripe.api.auth.CallerAddress;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;

/**
 * Where a call comes from: the other end of its connection or, behind a proxy that is trusted, what that saw as the other end.
 *
 * @param address for the audit log
 * @param counted what wrong tokens are counted by
 */
record CallOrigin(String address, String counted) {
    private static final String UNKNOWN = "unknown";
    private static final int LONGEST = 100;
    private static final Pattern IPV6 = Pattern.compile("[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");

    static CallOrigin of(HttpRequest request, boolean forwardedFor) {
        Optional<InetAddress> peer =
                request.getAttribute(AttributeKeys.remoteAddress).flatMap(RemoteAddress::getAddress);
        CallOrigin direct = peer.map(
                        address -> new CallOrigin(address.getHostAddress(), CallerAddress.counted(address)))
                .orElse(new CallOrigin(UNKNOWN, UNKNOWN));
        return forwardedFor ? named(request).orElse(direct) : direct;
    }

    /** The last one: a caller may send the header himself, and the proxy adds what it saw behind that, in the same line or in another. */
    private static Optional<CallOrigin> named(HttpRequest request) {
        return StreamSupport.stream(request.getHeaders().spliterator(), false)
                .filter(header -> header.is("x-forwarded-for"))
                .reduce((before, last) -> last)
                .map(HttpHeader::value)
                .map(value -> value.substring(value.lastIndexOf(',') + 1).strip())
                .map(last -> last.substring(0, Math.min(LONGEST, last.length())))
                .map(last -> new CallOrigin(last, counted(last)));
    }

    private static String counted(String address) {
        if (!IPV6.matcher(address).matches()) {
            return address;
        }
        try {
            // Never asks for a name: text with a colon is an address or nothing.
            return CallerAddress.counted(InetAddress.getByName(address));
        } catch (UnknownHostException nonsense) {
            return address;
        }
    }
}
