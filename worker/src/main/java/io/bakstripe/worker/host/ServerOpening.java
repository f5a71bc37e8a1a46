package io.bakstripe.worker.host;

import io.bakstripe.protocol.instance.ServerConnection;
import io.bakstripe.protocol.name.AttemptRef;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * How the server of a data directory is brought up: one that was restored, one that was just made, one that only has to run again. Callers hold the
 * directory's lock.
 *
 * <h2>Opening a restored server</h2>
 *
 * A prepared directory becomes the server's data directory by a rename, is put under our configuration and told to roll forward to the end of its
 * backup ({@code recovery_target=immediate}) and open. Then {@code OPENING} is recorded, and from there on only the server itself decides whether it
 * still has to roll forward: {@code recovery.signal} is its own to remove, and is never written again, since a server that was promoted must not be
 * made to recover once more. Nobody can log in until it was stopped once more and the role {@code bakstripe} was given its password.
 *
 * <p>A database that is RESTORING is opened in the same way, except that its files are where they belong already and that it rolls forward as far as its log is
 * proven.
 */
final class ServerOpening {
    private final Installations installations;
    private final ServerConfiguration configuration;
    private final Postmaster postmaster;
    private final Ports ports;
    private final Sessions sessions;

    ServerOpening(
            Installations installations,
            ServerConfiguration configuration,
            Postmaster postmaster,
            Ports ports,
            Sessions sessions) {
        this.installations = installations;
        this.configuration = configuration;
        this.postmaster = postmaster;
        this.ports = ports;
        this.sessions = sessions;
    }

    /** Makes what an attempt restored the data directory of the server; safe to repeat until the server was first started. */
    LogFindings adoptFiles(ServerDirectory directory, AttemptRef attempt) throws IOException {
        Path staging = directory.staging(attempt);
        if (Files.isDirectory(staging)) {
            Files.move(staging, directory.data());
        }
        return takeOver(directory);
    }

    /** Puts a data directory that a data backup was written into under our rule and gives what its log says; safe to repeat as {@link #adoptFiles} is. */
    LogFindings takeOver(ServerDirectory directory) throws IOException {
        Path data = directory.data();
        BackupLabel.require(data);
        PostgresBinaries binaries = installations.of(data);
        LogFindings log = StepFiles.takeOver(directory);
        binaries.runAs().own(data);
        Trees.sync(directory.root());
        return log;
    }

    /** Starts the server of adopted files, lets it roll forward and open, and records that; safe to repeat. */
    ServerConnection rollForward(ServerDirectory directory, ServerRecord opening) throws IOException {
        ServerRecord placed = ports.assign(opening, directory);
        placed.write(directory.record());
        Tablespaces tablespaces = new Tablespaces(directory);
        tablespaces.settle();
        RecoveryTarget target = opening.restoring()
                .map(restoring -> restoring.rolled().target())
                .orElseGet(RecoveryTarget::endOfBackup);
        start(directory, placed, ServerConfiguration.Access.NOBODY, target);
        postmaster.stop(directory);
        tablespaces.settle();
        letIn(directory, placed);
        sessions.check(placed, directory);
        ServerRecord done = placed.opened();
        done.write(directory.record());
        return sessions.connection(done);
    }

    /** Gives the role its password and opens the doors. */
    void letIn(ServerDirectory directory, ServerRecord server) throws IOException {
        PostgresBinaries binaries = installations.of(directory.data());
        configuration.write(
                directory, binaries.major(), ServerConfiguration.Access.NOBODY, RecoveryTarget.endOfBackup());
        binaries.runAs().own(directory.root());
        Commands.Result role = LoginRole.set(binaries, directory, server.password());
        if (!role.succeeded()) {
            throw Postmaster.notStarted(directory, server.display(), role.output());
        }
        startOpen(directory, server);
    }

    /** Starts an open server unless it runs. */
    ServerConnection run(ServerDirectory directory, ServerRecord server) throws IOException {
        Optional<ProcessHandle> process = postmaster.find(directory);
        if (process.isPresent()) {
            postmaster.awaitOpen(directory, server.display(), process.get());
        } else {
            ports.requireFree(server, directory);
            startOpen(directory, server);
        }
        return sessions.connection(server);
    }

    private void startOpen(ServerDirectory directory, ServerRecord server) throws IOException {
        start(directory, server, ServerConfiguration.Access.WITH_PASSWORD, RecoveryTarget.endOfBackup());
    }

    /** Starts a server with a configuration of ours. */
    void start(ServerDirectory directory, ServerRecord server, ServerConfiguration.Access access, RecoveryTarget target)
            throws IOException {
        PostgresBinaries binaries = installations.of(directory.data());
        configuration.write(directory, binaries.major(), access, target);
        new Tablespaces(directory).relink();
        binaries.runAs().own(directory.root());
        postmaster.start(directory, server.display(), configuration.arguments(directory, server.port(), access));
    }
}
