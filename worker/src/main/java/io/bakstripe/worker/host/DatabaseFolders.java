package io.bakstripe.worker.host;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.BakstripeException;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.name.HostName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;

/** The folder of a host's databases: gives one caller at a time, of all processes, leave to work on a database. What fails is {@code HOST_IO}. */
final class DatabaseFolders {
    private final HostName host;
    private final Path databases;
    private final Ports ports;
    private final Map<Path, ReentrantLock> turns = new ConcurrentHashMap<>();

    DatabaseFolders(HostName host, Path databases, Ports ports) {
        this.host = host;
        this.databases = databases;
        this.ports = ports;
    }

    /** What is done with the files of a database. */
    interface Work<P, T> {
        T on(P place) throws IOException;
    }

    /** What can still be written to the disk. */
    long freeBytes() {
        try {
            // The folder is made with the first database.
            Path there = databases;
            while (!Files.exists(there) && there.getParent() != null) {
                there = there.getParent();
            }
            return Files.getFileStore(there).getUsableSpace();
        } catch (IOException failure) {
            throw failed(databases, failure.toString());
        }
    }

    /** All databases that have a server here, whether or not it is to run. */
    Set<DatabaseRef> all() {
        try {
            return ports.records().stream()
                    .map(ServerRecord::database)
                    .collect(Collectors.toCollection(LinkedHashSet::new));
        } catch (IOException failure) {
            throw failed(databases, failure.toString());
        }
    }

    /** What a look at the files says, whatever is being done with the database. */
    <T> T glance(DatabaseRef database, Work<Places, T> look) {
        ServerDirectory own = ServerDirectory.of(databases, database);
        try {
            return look.on(Places.of(own));
        } catch (IOException failure) {
            throw failed(own.root(), failure.toString());
        }
    }

    /** Works on the place of a database that is served, and waits for others that do. */
    <T> T alone(DatabaseRef database, Work<ServerDirectory, T> work) {
        return inPlaces(database, places -> work.on(places.served()));
    }

    /** Works on both places of a database, and waits for others that do. */
    <T> T inPlaces(DatabaseRef database, Work<Places, T> work) {
        ServerDirectory directory = ServerDirectory.of(databases, database);
        ReentrantLock turn = turns.computeIfAbsent(directory.root(), root -> new ReentrantLock(true));
        turn.lock();
        try (DirectoryLock lock = DirectoryLock.tryAcquire(directory.root())
                .orElseThrow(() -> failed(directory.root(), "another process works there"))) {
            return work.on(Places.of(directory));
        } catch (IOException failure) {
            throw BackupError.HOST_IO.problem(host, directory.root(), failure).asException(failure);
        } finally {
            turn.unlock();
        }
    }

    BakstripeException failed(Path path, String text) {
        return BackupError.HOST_IO.problem(host, path, text).asException();
    }
}
