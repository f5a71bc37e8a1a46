package io.bakstripe.worker.host;

import static io.bakstripe.worker.host.TestHost.ref;
import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.BakstripeException;
import io.bakstripe.protocol.instance.ServerConnection;
import io.bakstripe.protocol.message.HostCommand.WrittenStep;
import io.bakstripe.protocol.message.RestoreCommand.RestoreStep.Kind;
import io.bakstripe.protocol.name.AttemptRef;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.Lsn;
import io.bakstripe.protocol.name.TaskId;
import io.bakstripe.protocol.stripe.RolledTo;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import org.assertj.core.api.ThrowingConsumer;

/** Restores what a {@link ChainSource} gives, as the steps of a restore do. Each step has an attempt of its own. */
final class ChainCopies {
    static final DatabaseName DISPLAY = new DatabaseName("Copy");

    private final ManagedServers servers;
    private final ChainSource source;
    private int task;

    ChainCopies(ManagedServers servers, ChainSource source) {
        this.servers = servers;
        this.source = source;
    }

    AttemptRef attempt() {
        return new AttemptRef(TestHost.INSTANCE, new TaskId(++task), 1);
    }

    RolledTo full(String name) throws Exception {
        AttemptRef attempt = attempt();
        return keep(name, attempt, source.full(servers.prepare(ref(name), attempt)));
    }

    RolledTo log(String name, Lsn position) throws Exception {
        AttemptRef attempt = attempt();
        return keep(name, attempt, source.log(prepareLog(name, attempt, position)));
    }

    RolledTo log(String name, Lsn position, Instant stopAt) throws Exception {
        AttemptRef attempt = attempt();
        return keep(name, attempt, source.log(prepareLog(name, attempt, position), Optional.of(stopAt)));
    }

    /** Restores all log from a position on as if it came in one set. */
    RolledTo logFrom(String name, Lsn position) throws Exception {
        AttemptRef attempt = attempt();
        return keep(name, attempt, source.logFrom(position, prepareLog(name, attempt, position)));
    }

    Path prepareLog(String name, AttemptRef attempt, Lsn position) {
        return servers.prepare(ref(name), attempt, Kind.LOG, Optional.of(position));
    }

    RolledTo keep(String name, AttemptRef attempt, WrittenStep step) {
        return servers.keep(ref(name), DISPLAY, attempt, step);
    }

    ServerConnection open(String name) {
        return servers.open(ref(name), DISPLAY, attempt(), "");
    }

    /** The address of a database that can be read, with the login that its source has. */
    ServerConnection standBy(String name) {
        return asOnSource(servers.standBy(ref(name)));
    }

    ServerConnection asOnSource(ServerConnection guests) {
        assertThat(guests.user()).isEmpty();
        return new ServerConnection(
                guests.host(),
                guests.port(),
                source.server().user(),
                source.server().password(),
                guests.dbname(),
                guests.jdbcUrl());
    }

    static ThrowingConsumer<Throwable> failed(BackupError error) {
        return thrown -> assertThat(thrown)
                .isInstanceOfSatisfying(
                        BakstripeException.class,
                        failure -> assertThat(failure.problem().error()).isEqualTo(error));
    }
}
