package io.bakstripe.worker.host;

import io.bakstripe.protocol.instance.ServerConnection;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.DatabaseRef;
import java.io.IOException;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;

/** Makes servers from nothing. Callers hold the directory's lock. */
final class FreshServers {
    private final Installations installations;
    private final ServerOpening opening;
    private final Ports ports;
    private final Sessions sessions;
    private final Supplier<String> passwords;
    private final Supplier<UUID> ids;

    FreshServers(
            Installations installations,
            ServerOpening opening,
            Ports ports,
            Sessions sessions,
            Supplier<String> passwords,
            Supplier<UUID> ids) {
        this.installations = installations;
        this.opening = opening;
        this.ports = ports;
        this.sessions = sessions;
        this.passwords = passwords;
        this.ids = ids;
    }

    /** Makes a server in an empty directory, with one database, {@code dbname}, filled by {@code statements} in order on one connection, and starts it. */
    ServerConnection make(
            ServerDirectory directory,
            DatabaseRef database,
            DatabaseName display,
            String dbname,
            FreshServer kind,
            List<String> statements)
            throws IOException {
        PostgresBinaries binaries =
                kind.major().isPresent() ? installations.of(kind.major().getAsInt()) : installations.newest();
        ServerRecord fresh = ports.assign(
                ServerRecord.prepared(database, ServerRecord.PROVISIONED)
                        .opening(
                                display.value(),
                                dbname,
                                passwords.get(),
                                ids.get().toString()),
                directory);
        fresh.write(directory.record());
        new Initdb(binaries).run(directory, display.value(), kind.initdb());
        opening.letIn(directory, fresh);
        sessions.create(fresh, statements);
        ServerRecord done = fresh.opened();
        done.write(directory.record());
        return sessions.connection(done);
    }
}
