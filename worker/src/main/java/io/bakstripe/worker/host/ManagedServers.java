package io.bakstripe.worker.host;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.instance.ServerConnection;
import io.bakstripe.protocol.name.AttemptRef;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.name.HostName;
import io.bakstripe.worker.engine.EngineVersions;
import io.bakstripe.worker.host.ServerRecord.State;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The managed servers of this host. Every method blocks; different databases may be worked on at once, calls for one database wait for each other.
 * Everything thrown is from the catalogue: {@code HOST_IO} when the disk fails or another process works on the same database. {@link ServerOpening}
 * says how a restored server is opened.
 */
public final class ManagedServers {
    private final HostName host;
    private final Path databases;
    private final HostSettings settings;
    private final Installations installations;
    private final Supplier<UUID> ids;
    private final Supplier<String> passwords;
    private final Postmaster postmaster;
    private final Ports ports;
    private final Sessions sessions;
    private final ServerOpening opening;
    private final Map<Path, ReentrantLock> turns = new ConcurrentHashMap<>();

    /**
     * @param data the node's data directory; servers live in {@code databases} under it
     * @param passwords makes a fresh, unguessable password each time; for example {@link RandomPasswords}
     * @param ids for recovery forks
     */
    public ManagedServers(
            HostName host,
            Path data,
            HostSettings settings,
            Installations installations,
            InstantSource clock,
            Supplier<UUID> ids,
            Supplier<String> passwords) {
        this.host = host;
        this.databases = data.toAbsolutePath().normalize().resolve("databases");
        this.settings = settings;
        this.installations = installations;
        this.ids = ids;
        this.passwords = passwords;
        this.postmaster = new Postmaster(installations, settings, clock);
        this.ports = new Ports(settings, databases);
        this.sessions = new Sessions(settings);
        this.opening = new ServerOpening(installations, new ServerConfiguration(settings), postmaster, ports, sessions);
    }

    /** The host that these servers run on. */
    public HostName host() {
        return host;
    }

    /** The versions that managed servers may have, and that backups must have been made with. */
    public EngineVersions engineVersions() {
        return installations.versions();
    }

    /** What can still be written to the disk on which the databases lie. */
    public long freeBytes() {
        try {
            // The folder is made with the first database.
            Path there = databases;
            while (!Files.exists(there) && there.getParent() != null) {
                there = there.getParent();
            }
            return Files.getFileStore(there).getUsableSpace();
        } catch (IOException failure) {
            throw io(databases, failure.toString());
        }
    }

    /** Whether servers are to be stopped when the node ends cleanly. */
    boolean stopsWithNode() {
        return settings.stopServersOnShutdown();
    }

    /** Whether a server of that database exists and is open; says nothing of whether it runs right now. */
    public boolean exists(DatabaseRef database) {
        return recorded(database).filter(found -> found.state() == State.OPENED).isPresent();
    }

    /** The history that began when the server of this database was opened; empty when there is no open server. */
    public Optional<UUID> recoveryFork(DatabaseRef database) {
        return recorded(database)
                .filter(found -> found.state() == State.OPENED)
                .map(found -> UUID.fromString(found.recoveryFork()));
    }

    /** How to reach an open server, which is started when it does not run; {@code DATABASE_UNKNOWN} when there is none. */
    public ServerConnection connect(DatabaseRef database) {
        return alone(database, directory -> {
            ServerRecord found = ServerRecord.read(directory.record())
                    .filter(read -> read.state() == State.OPENED)
                    .orElseThrow(() -> BackupError.DATABASE_UNKNOWN
                            .problem(database.folded(), database.instance())
                            .asException());
            return opening.run(directory, found);
        });
    }

    /**
     * Makes an empty directory for this attempt to restore into, readable by us only, and gives its path. What earlier attempts left is removed;
     * {@code DATABASE_EXISTS} when there is an open server.
     */
    public Path prepare(DatabaseRef database, AttemptRef attempt) {
        return alone(database, directory -> {
            Optional<ServerRecord> found = ServerRecord.read(directory.record());
            refuseOpened(found, database);
            clear(directory);
            Path staging = directory.staging(attempt);
            Files.createDirectory(
                    staging, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            ServerRecord.prepared(database, attempt.entityId()).write(directory.record());
            return staging;
        });
    }

    /**
     * Starts the server of what this attempt restored, lets it roll forward and open, and gives its address. Safe to repeat, after a crash too.
     *
     * @param dbname the database inside the server that the address names
     */
    public ServerConnection open(DatabaseRef database, DatabaseName display, AttemptRef attempt, String dbname) {
        return alone(database, directory -> {
            Optional<ServerRecord> found = ServerRecord.read(directory.record());
            ServerRecord mine = found.filter(read -> read.attempt().equals(attempt.entityId()))
                    .orElse(null);
            if (mine == null) {
                refuseOpened(found, database);
                throw io(directory.root(), "attempt " + attempt.entityId() + " has prepared nothing here");
            }
            if (mine.state() == State.OPENED) {
                return opening.run(directory, mine);
            }
            postmaster.stop(directory);
            if (mine.state() == State.PREPARED) {
                opening.adoptFiles(directory, attempt);
                mine = mine.opening(
                        display.value(), dbname, passwords.get(), ids.get().toString());
                mine.write(directory.record());
            }
            return opening.rollForward(directory, mine);
        });
    }

    /** Removes what an attempt prepared and did not open; nothing happens when it has nothing here any more. Safe to repeat. */
    public void discard(DatabaseRef database, AttemptRef attempt) {
        alone(database, directory -> {
            Optional<ServerRecord> found = ServerRecord.read(directory.record());
            if (found.isPresent()
                    && found.get().state() != State.OPENED
                    && found.get().attempt().equals(attempt.entityId())) {
                clear(directory);
            }
            return found.isPresent();
        });
    }

    /** Finds the processes of all open servers again and starts those that do not run. What fails for one does not keep it from the others. */
    public List<Adoption> adoptAll() {
        List<Adoption> adoptions = new ArrayList<>();
        for (ServerRecord found : opened()) {
            try {
                connect(found.database());
                adoptions.add(new Adoption(found.database(), Optional.empty()));
            } catch (RuntimeException failure) {
                adoptions.add(new Adoption(found.database(), Optional.of(Problem.of(failure))));
            }
        }
        return adoptions;
    }

    /** Stops all servers that run, fast. They are started again by whoever asks for them. */
    public void stopAll() {
        for (ServerRecord found : opened()) {
            alone(found.database(), directory -> {
                postmaster.stop(directory);
                return true;
            });
        }
    }

    /**
     * Makes a fresh server of the newest version that the host has, with one database, {@code dbname}, filled by {@code statements} in order on one connection. When it is there already,
     * it is only started; what a crash left half-made is made anew. {@code DATABASE_EXISTS} when a restored server has the name.
     */
    public ServerConnection provision(
            DatabaseRef database, DatabaseName display, String dbname, List<String> statements) {
        return provision(database, display, dbname, FreshServer.USUAL, statements);
    }

    /**
     * Makes a fresh server of a certain kind; a server that is there already keeps the kind it has. {@code ENGINE_MISMATCH} when the host has not the
     * version that is asked for.
     */
    ServerConnection provision(
            DatabaseRef database, DatabaseName display, String dbname, FreshServer kind, List<String> statements) {
        return alone(database, directory -> {
            Optional<ServerRecord> found = ServerRecord.read(directory.record());
            if (found.isPresent() && found.get().state() == State.OPENED) {
                if (!found.get().attempt().equals(ServerRecord.PROVISIONED)) {
                    refuseOpened(found, database);
                }
                return opening.run(directory, found.get());
            }
            PostgresBinaries binaries =
                    kind.major().isPresent() ? installations.of(kind.major().getAsInt()) : installations.newest();
            clear(directory);
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
        });
    }

    /** Makes the sample database {@code shop}: customers, products, orders and their items, the same rows every time. */
    public ServerConnection provisionSample(DatabaseRef database, DatabaseName display) {
        return provision(database, display, SampleShop.DBNAME, SampleShop.statements());
    }

    /** Removes everything of a database but its lock; its server is stopped first. */
    private void clear(ServerDirectory directory) throws IOException {
        postmaster.stop(directory);
        // The record goes first: without it nothing that is left counts.
        Files.deleteIfExists(directory.record());
        try (Stream<Path> all = Files.list(directory.root())) {
            for (Path each : all.filter(path -> !path.endsWith("lock")).toList()) {
                Trees.delete(each);
            }
        }
    }

    private void refuseOpened(Optional<ServerRecord> found, DatabaseRef database) {
        if (found.isPresent() && found.get().state() == State.OPENED) {
            throw BackupError.DATABASE_EXISTS
                    .problem(
                            found.get().display().isEmpty()
                                    ? database.folded()
                                    : found.get().display())
                    .asException();
        }
    }

    private Optional<ServerRecord> recorded(DatabaseRef database) {
        ServerDirectory directory = ServerDirectory.of(databases, database);
        try {
            return ServerRecord.read(directory.record());
        } catch (IOException failure) {
            throw io(directory.record(), failure.toString());
        }
    }

    private List<ServerRecord> opened() {
        try {
            return ports.records().stream()
                    .filter(found -> found.state() == State.OPENED)
                    .toList();
        } catch (IOException failure) {
            throw io(databases, failure.toString());
        }
    }

    private <T> T alone(DatabaseRef database, Work<T> work) {
        ServerDirectory directory = ServerDirectory.of(databases, database);
        ReentrantLock turn = turns.computeIfAbsent(directory.root(), root -> new ReentrantLock(true));
        turn.lock();
        try (DirectoryLock lock = DirectoryLock.tryAcquire(directory.root())
                .orElseThrow(() -> io(directory.root(), "another process works there"))) {
            return work.on(directory);
        } catch (IOException failure) {
            throw BackupError.HOST_IO.problem(host, directory.root(), failure).asException(failure);
        } finally {
            turn.unlock();
        }
    }

    private RuntimeException io(Path path, String text) {
        return BackupError.HOST_IO.problem(host, path, text).asException();
    }

    /** @param problem why the server does not run; empty when it does */
    public record Adoption(DatabaseRef database, Optional<Problem> problem) {}

    private interface Work<T> {
        T on(ServerDirectory directory) throws IOException;
    }
}
