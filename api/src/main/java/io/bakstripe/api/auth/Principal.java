package io.bakstripe.api.auth;

import io.bakstripe.protocol.instance.Login;
import io.bakstripe.protocol.name.InstanceName;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * Whom a token stands for.
 *
 * @param instances those that it may use; absent for all
 * @param expires from when on its token is refused; absent for never
 */
public record Principal(Login login, Optional<Set<InstanceName>> instances, Optional<Instant> expires) {
    /** Whom the token that every node has stands for. */
    public static final Principal MASTER = new Principal(Login.MASTER, Optional.empty(), Optional.empty());

    public Principal {
        instances = instances.map(Set::copyOf);
    }

    public boolean mayUse(InstanceName instance) {
        return instances.map(some -> some.contains(instance)).orElse(true);
    }

    boolean expiredAt(Instant now) {
        return expires.map(end -> !now.isBefore(end)).orElse(false);
    }
}
