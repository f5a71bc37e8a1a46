package io.bakstripe.sandbox.chaos;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.gaul.s3proxy.blobstore.BlobStore;

/** Gateways in front of a running store, its token service and its key service, and the endpoint that scripts them. Until a script begins everything goes through. */
public final class ChaosStore implements AutoCloseable {
    private final Gateway gateway;
    private final Gateway tokens;
    private final Gateway keys;
    private final ControlEndpoint control;

    private ChaosStore(Gateway gateway, Gateway tokens, Gateway keys, ControlEndpoint control) {
        this.gateway = gateway;
        this.tokens = tokens;
        this.keys = keys;
        this.control = control;
    }

    /**
     * Starts them on loopback; they serve when this returns, or nothing runs and {@link IOException} is thrown.
     *
     * @param outside the ports for clients, 0 for free ones
     * @param controlPort for scripts, 0 for a free one
     * @param inside where the services are
     * @param objects the store's objects
     */
    public static ChaosStore start(Ports outside, int controlPort, Ports inside, BlobStore objects) throws IOException {
        Script script = new Script();
        List<Gateway> started = new ArrayList<>();
        try {
            for (Leg leg : List.of(
                    new Leg(outside.store(), inside.store()),
                    new Leg(outside.tokens(), inside.tokens()),
                    new Leg(outside.keys(), inside.keys()))) {
                started.add(Gateway.start(leg.outside(), new Backend(leg.inside(), objects), script));
            }
            return new ChaosStore(
                    started.get(0), started.get(1), started.get(2), ControlEndpoint.start(controlPort, script));
        } catch (IOException e) {
            for (Gateway gateway : started) {
                gateway.close();
            }
            throw e;
        }
    }

    /** Of the store, of the token service and of the key service. */
    public record Ports(int store, int tokens, int keys) {}

    private record Leg(int outside, int inside) {}

    /** Where clients connect. */
    public int port() {
        return gateway.port();
    }

    /** Where clients of the token service connect. */
    public int tokenPort() {
        return tokens.port();
    }

    /** Where clients of the key service connect. */
    public int keyPort() {
        return keys.port();
    }

    /** Where scripts are sent, as {@code /chaos}. */
    public int controlPort() {
        return control.port();
    }

    @Override
    public void close() throws IOException {
        control.close();
        keys.close();
        tokens.close();
        gateway.close();
    }
}
