package io.bakstripe.node;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** The address of a node's API. */
final class ApiAddress {
    private ApiAddress() {}

    /**
     * Throws {@link StartFailure} when nobody could listen there now. It is asked before anything is started, so that a port that is taken, the
     * commonest reason for which a node does not start, costs nothing.
     *
     * @param port 0 for any
     */
    static void requireFree(String host, int port) throws StartFailure {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(host, port));
        } catch (IOException taken) {
            throw StartFailure.apiAddress(host, port, taken);
        }
    }
}
