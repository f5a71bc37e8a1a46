package io.bakstripe.worker.host;

import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.name.InstanceName;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What is known of a managed server, as {@code server.json} holds it.
 *
 * @param folded identity of its database on the instance
 * @param display how the database is shown; empty until it is opened
 * @param attempt that brought it where it is, an {@code AttemptRef.entityId()}, or {@link #PROVISIONED}
 * @param port 0 until one was chosen
 * @param password of the role {@code bakstripe}
 * @param recoveryFork identifies the history that began when this server was opened; empty until then
 * @param restoring of a database that is RESTORING, and of one that is being opened and was RESTORING before
 */
record ServerRecord(
        String instance,
        String folded,
        String display,
        State state,
        String attempt,
        int port,
        String dbname,
        String password,
        String recoveryFork,
        Optional<Restoring> restoring) {
    static final String PROVISIONED = "provisioned";

    ServerRecord {
        // Records of the first release do not have it.
        restoring = restoring == null ? Optional.empty() : restoring;
    }

    /** How far a server has come. */
    enum State {
        /** Its directory is being restored into. */
        PREPARED,
        /** Backups were restored, and more of them may follow; its server does not run, or only to be read. */
        RESTORING,
        /** Its own start-up decides from here on: it may have been promoted already. */
        OPENING,
        /** Open for use. */
        OPENED
    }

    static ServerRecord prepared(DatabaseRef database, String attempt) {
        return new ServerRecord(
                database.instance().value(),
                database.folded(),
                "",
                State.PREPARED,
                attempt,
                0,
                "",
                "",
                "",
                Optional.empty());
    }

    /** The record of a database that is RESTORING, or after another step of an attempt. */
    ServerRecord restoring(String name, String inside, String step, Restoring now) {
        return new ServerRecord(instance, folded, name, State.RESTORING, step, port, inside, "", "", Optional.of(now));
    }

    /** The same by another attempt. */
    ServerRecord by(String other) {
        return new ServerRecord(
                instance, folded, display, state, other, port, dbname, password, recoveryFork, restoring);
    }

    /** The same database RESTORING as is said now. */
    ServerRecord restoring(Restoring now) {
        return restoring(display, dbname, attempt, now);
    }

    DatabaseRef database() {
        return new DatabaseRef(new InstanceName(instance), folded);
    }

    ServerRecord opening(String name, String inside, String secret, String fork) {
        return new ServerRecord(instance, folded, name, State.OPENING, attempt, port, inside, secret, fork, restoring);
    }

    ServerRecord at(int newPort) {
        return new ServerRecord(
                instance, folded, display, state, attempt, newPort, dbname, password, recoveryFork, restoring);
    }

    ServerRecord opened() {
        return new ServerRecord(
                instance,
                folded,
                display,
                State.OPENED,
                attempt,
                port,
                dbname,
                password,
                recoveryFork,
                Optional.empty());
    }

    /** Reads the record; empty when there is none. */
    static Optional<ServerRecord> read(Path file) throws IOException {
        return DurableJson.read(file, ServerRecord.class);
    }

    /** Replaces the record: after a crash the file holds the old one or this one. Readable by its owner only. */
    void write(Path file) throws IOException {
        DurableJson.write(file, this);
    }

    @Override
    public String toString() {
        return "ServerRecord[" + instance + "/" + folded + " " + state + " of " + attempt + ", port " + port + "]";
    }
}
