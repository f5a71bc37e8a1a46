package io.bakstripe.worker.engine;

import io.bakstripe.protocol.name.InstanceName;
import java.util.Optional;

/** The logins for declared databases, as this node's configuration has them; they never travel. */
@FunctionalInterface
public interface Credentials {
    /**
     * The login for a declared database; empty when none is configured.
     *
     * @param folded {@code DatabaseName.folded()}
     */
    Optional<Login> of(InstanceName instance, String folded);

    /** @param password masked in {@link #toString()} */
    record Login(String user, String password) {
        @Override
        public String toString() {
            return "Login[" + user + "]";
        }
    }
}
