package io.bakstripe.sandbox.chaos;

import java.io.IOException;
import org.gaul.s3proxy.blobstore.BlobStore;

/** Gateways in front of a running store and its token service, and the endpoint that scripts them. Until a script begins everything goes through. */
public final class ChaosStore implements AutoCloseable {
    private final Gateway gateway;
    private final Gateway tokens;
    private final ControlEndpoint control;

    private ChaosStore(Gateway gateway, Gateway tokens, ControlEndpoint control) {
        this.gateway = gateway;
        this.tokens = tokens;
        this.control = control;
    }

    /**
     * Starts them on loopback; they serve when this returns, or nothing runs and {@link IOException} is thrown.
     *
     * @param port for clients, 0 for a free one
     * @param tokenPort for clients of the token service, 0 for a free one
     * @param controlPort for scripts, 0 for a free one
     * @param storePort where the store serves
     * @param servicePort where the token service serves
     * @param objects the store's objects
     */
    public static ChaosStore start(
            int port, int tokenPort, int controlPort, int storePort, int servicePort, BlobStore objects)
            throws IOException {
        Script script = new Script();
        Gateway gateway = Gateway.start(port, new Backend(storePort, objects), script);
        try {
            Gateway tokens = Gateway.start(tokenPort, new Backend(servicePort, objects), script);
            try {
                return new ChaosStore(gateway, tokens, ControlEndpoint.start(controlPort, script));
            } catch (IOException e) {
                tokens.close();
                throw e;
            }
        } catch (IOException e) {
            gateway.close();
            throw e;
        }
    }

    /** Where clients connect. */
    public int port() {
        return gateway.port();
    }

    /** Where clients of the token service connect. */
    public int tokenPort() {
        return tokens.port();
    }

    /** Where scripts are sent, as {@code /chaos}. */
    public int controlPort() {
        return control.port();
    }

    @Override
    public void close() throws IOException {
        control.close();
        tokens.close();
        gateway.close();
    }
}
