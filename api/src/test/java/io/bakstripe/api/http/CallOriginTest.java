package io.bakstripe.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import akka.http.javadsl.model.AttributeKeys;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.RemoteAddress;
import akka.http.javadsl.model.headers.RawHeader;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.junit.jupiter.api.Test;

class CallOriginTest {
    private static HttpRequest from(String peer) throws UnknownHostException {
        return HttpRequest.create()
                .addAttribute(AttributeKeys.remoteAddress, RemoteAddress.create(InetAddress.getByName(peer)));
    }

    private static HttpRequest forwarded(String value) throws UnknownHostException {
        return from("127.0.0.1").addHeader(RawHeader.create("X-Forwarded-For", value));
    }

    @Test
    void isTheOtherEndOfTheConnection() throws UnknownHostException {
        assertThat(CallOrigin.of(from("192.0.2.7"), false)).isEqualTo(new CallOrigin("192.0.2.7", "192.0.2.7"));
        assertThat(CallOrigin.of(from("2001:db8:1:2:3:4:5:6"), false))
                .isEqualTo(new CallOrigin("2001:db8:1:2:3:4:5:6", "20:01:0d:b8:00:01:00:02::/64"));
    }

    @Test
    void ignoresWhatACallerSaysOfHimself() throws UnknownHostException {
        assertThat(CallOrigin.of(forwarded("192.0.2.7"), false).address()).isEqualTo("127.0.0.1");
    }

    @Test
    void isWhatATrustedProxyAddedLast() throws UnknownHostException {
        assertThat(CallOrigin.of(forwarded("10.0.0.1, 192.0.2.7"), true))
                .isEqualTo(new CallOrigin("192.0.2.7", "192.0.2.7"));
        assertThat(CallOrigin.of(
                        from("127.0.0.1")
                                .withHeaders(List.of(
                                        RawHeader.create("X-Forwarded-For", "10.0.0.1"),
                                        RawHeader.create("X-Forwarded-For", "2001:db8:1:2::7"))),
                        true))
                .isEqualTo(new CallOrigin("2001:db8:1:2::7", "20:01:0d:b8:00:01:00:02::/64"));
        assertThat(CallOrigin.of(forwarded("::nonsense::"), true).counted()).isEqualTo("::nonsense::");
        assertThat(CallOrigin.of(forwarded(":::::"), true).counted()).isEqualTo(":::::");
        assertThat(CallOrigin.of(from("127.0.0.1"), true).address()).isEqualTo("127.0.0.1");
    }

    @Test
    void staysShortWhateverTheHeaderHolds() throws UnknownHostException {
        assertThat(CallOrigin.of(forwarded("x".repeat(5000)), true).address()).hasSize(100);
    }
}
