package io.bakstripe.sandbox.chaos;

import java.io.IOException;
import org.gaul.s3proxy.blobstore.BlobStore;

/** A gateway in front of a running store, and the endpoint that scripts it. Until a script begins everything goes through. */
public final class ChaosStore implements AutoCloseable {
    private final Gateway gateway;
    private final ControlEndpoint control;

    private ChaosStore(Gateway gateway, ControlEndpoint control) {
        this.gateway = gateway;
        this.control = control;
    }

    /**
     * Starts both on loopback; they serve when this returns, or nothing runs and {@link IOException} is thrown.
     *
     * @param port for clients, 0 for a free one
     * @param controlPort for scripts, 0 for a free one
     * @param storePort where the store serves
     * @param objects the store's objects
     */
    public static ChaosStore start(int port, int controlPort, int storePort, BlobStore objects) throws IOException {
        Script script = new Script();
        Gateway gateway = Gateway.start(port, new Backend(storePort, objects), script);
        try {
            return new ChaosStore(gateway, ControlEndpoint.start(controlPort, script));
        } catch (IOException e) {
            gateway.close();
            throw e;
        }
    }

    /** Where clients connect. */
    public int port() {
        return gateway.port();
    }

    /** Where scripts are sent, as {@code /chaos}. */
    public int controlPort() {
        return control.port();
    }

    @Override
    public void close() throws IOException {
        control.close();
        gateway.close();
    }
}
