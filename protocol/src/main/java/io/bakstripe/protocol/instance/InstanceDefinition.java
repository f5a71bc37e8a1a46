package io.bakstripe.protocol.instance;

import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.HostName;
import io.bakstripe.protocol.name.InstanceName;
import java.util.List;
import java.util.Optional;

/**
 * An instance as the configuration declares it; holds no secrets, so it may stand in events and messages.
 *
 * @param revision of the configuration block that declared it; the highest one holds
 * @param engine for example {@code postgresql}
 * @param region the AWS region that its buckets must be in (row L1)
 * @param timeZone an IANA zone
 * @param host the host that runs its managed databases and takes its restores; absent when the instance only knows databases
 * @param databases those that are declared; databases made by restores are not among them
 */
public record InstanceDefinition(
        InstanceName name,
        long revision,
        String engine,
        Edition edition,
        String region,
        String timeZone,
        boolean multiAz,
        Optional<HostName> host,
        List<DeclaredDatabase> databases) {

    public InstanceDefinition {
        databases = List.copyOf(databases);
    }

    /** The declared database of that name, in any case or accent. */
    public Optional<DeclaredDatabase> database(String folded) {
        return databases.stream()
                .filter(database -> database.name().folded().equals(folded))
                .findFirst();
    }

    public Optional<DeclaredDatabase> database(DatabaseName name) {
        return database(name.folded());
    }
}
