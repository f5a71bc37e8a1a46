package io.bakstripe.worker.host;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.BakstripeException;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.instance.ServerConnection;
import io.bakstripe.worker.host.ServerConfiguration.Access;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Servers of databases that are RESTORING, run to be read between two steps. Who may log in, and with which password, is what the restored backups say: a server
 * that rolls forward takes no role of ours. Callers hold the directory's lock.
 *
 * <p>Such a server replays the log as far as it is proven and waits for more, which it never gets: the next step stops it first. Its superusers can promote it; that is
 * found, and ends the sequence.
 */
final class StandbyServers {
    /**
     * How often a server has asked for the segment in which its log ends once it has surely replayed it: it may ask for its checkpoint, when it comes there, and from
     * then on again and again.
     */
    private static final int ASKED_AT_THE_END = 3;

    private static final String ASKED = "pg_wal.asked";

    private final Installations installations;
    private final ServerOpening opening;
    private final Postmaster postmaster;
    private final Ports ports;
    private final Sessions sessions;

    StandbyServers(
            Installations installations, ServerOpening opening, Postmaster postmaster, Ports ports, Sessions sessions) {
        this.installations = installations;
        this.opening = opening;
        this.postmaster = postmaster;
        this.ports = ports;
        this.sessions = sessions;
    }

    /** Starts the server unless it runs, and returns once it has replayed all log; {@code STANDBY_IMPOSSIBLE}, and no server runs, when that cannot be. */
    ServerConnection run(ServerDirectory directory, ServerRecord found) throws IOException {
        Restoring restoring = found.restoring().orElseThrow();
        if (restoring.standing() && postmaster.find(directory).isPresent()) {
            return sessions.guests(found);
        }
        if (!RecoverySignal.there(directory.data())) {
            throw BackupError.RESTORE_PROMOTED.problem(found.display()).asException();
        }
        ServerRecord standing = ports.assign(found.restoring(restoring.standing(true)), directory);
        standing.write(directory.record());
        try {
            start(directory, standing, restoring.rolled());
        } catch (BakstripeException | IOException failure) {
            postmaster.stop(directory);
            end(directory, standing);
            throw impossible(directory, found, Problem.of(failure)).asException(failure);
        }
        return sessions.guests(standing);
    }

    private void start(ServerDirectory directory, ServerRecord server, Rolled rolled) throws IOException {
        new ReadableLog(directory, rolled).cut();
        RecoverySignal.toRead(directory.data());
        Path asked = directory.root().resolve(ASKED);
        Files.deleteIfExists(asked);
        int major = installations.of(directory.data()).major();
        opening.start(
                directory,
                server,
                Access.WITH_PASSWORD,
                RecoveryTarget.readable(major, rolled.limits(), "../" + ASKED));
        String last = rolled.layout().fileName(rolled.timeline(), rolled.end());
        postmaster.awaitRunning(directory, server.display(), () -> count(asked, last) >= ASKED_AT_THE_END);
    }

    private static long count(Path asked, String segment) throws IOException {
        if (!Files.exists(asked)) {
            return 0;
        }
        try (Stream<String> lines = Files.lines(asked)) {
            return lines.filter(segment::equals).count();
        }
    }

    private static Problem impossible(ServerDirectory directory, ServerRecord found, Problem why) {
        return BackupError.STANDBY_IMPOSSIBLE.problem(found.display(), why.detail(), directory.serverLog());
    }

    /** After the server was stopped: the database as it was before, and its record, which is written if it changes. */
    ServerRecord end(ServerDirectory directory, ServerRecord found) throws IOException {
        Restoring restoring = found.restoring().orElseThrow();
        RecoverySignal.toOpen(directory.data());
        new ReadableLog(directory, restoring.rolled()).whole();
        if (!restoring.standing()) {
            return found;
        }
        new Tablespaces(directory).settle();
        Files.deleteIfExists(directory.root().resolve(ASKED));
        ServerRecord ended = found.restoring(restoring.standing(false));
        ended.write(directory.record());
        return ended;
    }

    /** Whether the server of that record is to run although its database is not open. */
    static boolean isStanding(ServerRecord found) {
        return found.state() == ServerRecord.State.RESTORING
                && Optional.of(found)
                        .flatMap(ServerRecord::restoring)
                        .filter(Restoring::standing)
                        .isPresent();
    }
}
