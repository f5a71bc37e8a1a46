package io.bakstripe.node.sandbox;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports of loopback that are told to others before they are listened on. They lie below the range from which systems
 * take the ports of outgoing connections (32768 and above on Linux, 49152 and above elsewhere), so that no connection
 * takes one in between, and above the range of the managed servers.
 */
public final class FreePort {
    private static final int FIRST = 24_000;
    private static final int LAST = 31_999;
    private static final int TRIES = 1_000;

    private FreePort() {}

    /**
     * A port that nobody listens on now.
     *
     * @throws IllegalStateException if there seems to be none
     */
    public static int choose() {
        return ThreadLocalRandom.current()
                .ints(TRIES, FIRST, LAST + 1)
                .filter(FreePort::isFree)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no free port on loopback from " + FIRST + " to " + LAST));
    }

    /** Whether a server could listen on this port of loopback now. */
    public static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort() == port;
        } catch (IOException taken) {
            return false;
        }
    }
}
