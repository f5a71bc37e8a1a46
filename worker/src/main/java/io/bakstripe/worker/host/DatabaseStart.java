package io.bakstripe.worker.host;

import io.bakstripe.protocol.error.BakstripeException;
import io.bakstripe.protocol.instance.ServerConnection;
import io.bakstripe.protocol.name.AttemptRef;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.worker.host.ServerRecord.State;
import java.io.IOException;
import java.util.UUID;
import java.util.function.Supplier;

/** Opens databases: those that a full backup was restored for just now, and those that are RESTORING. Callers hold the directory's lock. */
final class DatabaseStart {
    private final ServerOpening opening;
    private final Postmaster postmaster;
    private final RestoringServers restoring;
    private final Supplier<String> passwords;
    private final Supplier<UUID> ids;

    DatabaseStart(
            ServerOpening opening,
            Postmaster postmaster,
            RestoringServers restoring,
            Supplier<String> passwords,
            Supplier<UUID> ids) {
        this.opening = opening;
        this.postmaster = postmaster;
        this.restoring = restoring;
        this.passwords = passwords;
        this.ids = ids;
    }

    /** Opens what this record is of, or goes on with it; see {@link ManagedServers#open}. */
    ServerConnection open(
            ServerDirectory directory, ServerRecord found, DatabaseName display, AttemptRef attempt, String dbname)
            throws IOException {
        return open(directory, found, display, attempt, dbname, passwords);
    }

    /** The same with a password of this supplier's, when it is opened for the first time. */
    ServerConnection open(
            ServerDirectory directory,
            ServerRecord found,
            DatabaseName display,
            AttemptRef attempt,
            String dbname,
            Supplier<String> secrets)
            throws IOException {
        if (found.state() == State.OPENED) {
            return opening.run(directory, found);
        }
        postmaster.stop(directory);
        ServerRecord mine = found.by(attempt.entityId());
        if (found.state() == State.PREPARED) {
            opening.adoptFiles(directory, attempt);
            mine = begun(mine, display, dbname, secrets);
            mine.write(directory.record());
        } else if (found.restoring().isPresent() && !promoted(directory, found)) {
            mine = begun(restoring.beforeOpening(directory, mine), display, found.dbname(), secrets);
            mine.write(directory.record());
        } else if (found.restoring().isPresent()) {
            postmaster.awaitOrphans(directory);
            new ReadableLog(directory, found.restoring().get().rolled()).endForGood(directory.data());
        }
        try {
            return opening.rollForward(directory, mine);
        } catch (BakstripeException | IOException failure) {
            if (mine.restoring().isPresent()) {
                postmaster.stop(directory);
                restoring.fallBack(directory, mine);
            }
            throw failure;
        }
    }

    private static boolean promoted(ServerDirectory directory, ServerRecord found) {
        return found.state() == State.OPENING && !RecoverySignal.there(directory.data());
    }

    private ServerRecord begun(ServerRecord server, DatabaseName display, String dbname, Supplier<String> secrets) {
        return server.opening(display.value(), dbname, secrets.get(), ids.get().toString());
    }
}
