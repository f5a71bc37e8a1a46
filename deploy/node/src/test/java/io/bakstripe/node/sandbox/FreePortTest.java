package io.bakstripe.node.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;

class FreePortTest {
    @Test
    void choosesPortsThatNoOutgoingConnectionIsGiven() {
        for (int i = 0; i < 50; i++) {
            assertThat(FreePort.choose()).isBetween(24_000, 32_767);
        }
    }

    @Test
    void portIsNotFreeWhileSomebodyListens() throws IOException {
        int port = FreePort.choose();
        assertThat(FreePort.isFree(port)).isTrue();
        try (ServerSocket taken = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            assertThat(taken.isBound()).isTrue();
            assertThat(FreePort.isFree(port)).isFalse();
        }
        assertThat(FreePort.isFree(port)).isTrue();
    }
}
