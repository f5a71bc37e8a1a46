package io.bakstripe.worker.host;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.instance.KeptDatabase;
import io.bakstripe.protocol.instance.ServerConnection;
import io.bakstripe.protocol.message.HostCommand.WrittenStep;
import io.bakstripe.protocol.message.RestoreCommand.RestoreStep.Kind;
import io.bakstripe.protocol.name.AttemptRef;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.name.HostName;
import io.bakstripe.protocol.name.Lsn;
import io.bakstripe.protocol.stripe.RolledTo;
import io.bakstripe.worker.engine.EngineVersions;
import io.bakstripe.worker.host.ServerRecord.State;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The managed servers of this host. Every method blocks; different databases may be worked on at once, calls for one database wait for each other.
 * Everything thrown is from the catalogue: {@code HOST_IO} when the disk fails or another process works on the same database. {@link ServerOpening}
 * says how a restored server is opened.
 */
public final class ManagedServers {
    private final HostName host;
    private final DatabaseFolders folders;
    private final HostSettings settings;
    private final Installations installations;
    private final Postmaster postmaster;
    private final Sessions sessions;
    private final ServerOpening opening;
    private final RestoringServers restoring;
    private final FreshServers fresh;
    private final DatabaseStart start;
    private final Removal removal;
    private final Replacements replacements;

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
        this(host, data, settings, installations, clock, ids, passwords, step -> {});
    }

    /** @param watch told of each step of a replacement */
    ManagedServers(
            HostName host,
            Path data,
            HostSettings settings,
            Installations installations,
            InstantSource clock,
            Supplier<UUID> ids,
            Supplier<String> passwords,
            Consumer<Replacements.Step> watch) {
        this.host = host;
        Path databases = data.toAbsolutePath().normalize().resolve("databases");
        this.settings = settings;
        this.installations = installations;
        this.postmaster = new Postmaster(installations, settings, clock);
        Ports ports = new Ports(settings, databases);
        this.folders = new DatabaseFolders(host, databases, ports);
        this.sessions = new Sessions(settings);
        this.opening = new ServerOpening(installations, new ServerConfiguration(settings), postmaster, ports, sessions);
        this.restoring = new RestoringServers(
                opening, postmaster, new StandbyServers(installations, opening, postmaster, ports, sessions));
        this.start = new DatabaseStart(opening, postmaster, restoring, passwords, ids);
        this.removal = new Removal(postmaster);
        this.replacements = new Replacements(opening, postmaster, start, removal, clock, watch);
        this.fresh = new FreshServers(installations, opening, ports, sessions, passwords, ids);
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
        return folders.freeBytes();
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

    /**
     * How to reach a server that is open, or that can be read while its database is RESTORING; it is started when it does not run. {@code DATABASE_UNKNOWN} when
     * there is none.
     */
    public ServerConnection connect(DatabaseRef database) {
        return folders.alone(database, directory -> {
            ServerRecord found = ServerRecord.read(directory.record())
                    .filter(ManagedServers::runs)
                    .orElseThrow(() -> BackupError.DATABASE_UNKNOWN
                            .problem(database.folded(), database.instance())
                            .asException());
            return found.state() == State.OPENED ? opening.run(directory, found) : restoring.standBy(directory, found);
        });
    }

    /** Makes an empty directory for a full backup, see {@link #prepare(DatabaseRef, AttemptRef, Kind, Optional)}. */
    public Path prepare(DatabaseRef database, AttemptRef attempt) {
        return prepare(database, attempt, Kind.FULL, Optional.empty());
    }

    /**
     * Gives the directory that a step of this attempt is to write into. For a full backup an empty one, readable by us only; what earlier attempts left is
     * removed; {@code DATABASE_EXISTS} when there is a database. For a replacement the same beside a database that is open. For a log an empty one beside the database; for a differential the database's own, whose files then
     * count as touched. These two refuse a database that is not RESTORING at {@code position}; a server that lets it be read is stopped.
     *
     * @param position where the database is believed to be; not asked when empty
     */
    public Path prepare(DatabaseRef database, AttemptRef attempt, Kind kind, Optional<Lsn> position) {
        if (kind == Kind.REPLACEMENT) {
            return folders.inPlaces(database, places -> replacements.prepare(places, database, attempt));
        }
        return folders.alone(database, directory -> {
            Optional<ServerRecord> found = ServerRecord.read(directory.record());
            if (kind == Kind.DIFFERENTIAL || kind == Kind.LOG) {
                return restoring.prepare(directory, requireRestoring(found, database), attempt, kind, position);
            }
            if (kind == Kind.FINISH) {
                throw new IllegalArgumentException("nothing is written by a step that only opens");
            }
            refuseDatabase(found, database);
            removal.clear(directory);
            Path staging = directory.staging(attempt);
            Files.createDirectory(
                    staging, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            ServerRecord.prepared(database, attempt.entityId()).write(directory.record());
            return staging;
        });
    }

    /**
     * Makes what a step of this attempt wrote part of the database, which stays RESTORING, and gives how far it has come. Safe to repeat, after a crash too. {@code
     * MANIFEST_MISMATCH} when the log does not lead from where the database was to the end of the set; then, or when a log does not fit, the database is as before
     * unless a differential has touched it.
     */
    public RolledTo keep(DatabaseRef database, DatabaseName display, AttemptRef attempt, WrittenStep step) {
        return folders.alone(database, directory -> {
            Optional<ServerRecord> found = ServerRecord.read(directory.record());
            boolean prepared = found.filter(read -> read.state() == State.PREPARED)
                    .filter(read -> read.attempt().equals(attempt.entityId()))
                    .isPresent();
            if (step.kind() == Kind.FULL && prepared) {
                return restoring.begin(directory, found.get(), display, attempt, step);
            }
            return restoring.keep(directory, requireRestoring(found, database), attempt, step);
        });
    }

    /**
     * Starts the server of a database that is RESTORING so that it can be read, and gives its address, without user and password: who may log in is what the
     * backups say. Safe to repeat; the next step stops the server. {@code STANDBY_IMPOSSIBLE} when the server does not allow it, and the database is as before.
     */
    public ServerConnection standBy(DatabaseRef database) {
        return folders.alone(
                database,
                directory -> restoring.standBy(
                        directory, requireRestoring(ServerRecord.read(directory.record()), database)));
    }

    /**
     * Starts the server of what this attempt restored, or of a database that is RESTORING, lets it roll forward and open, and gives its address. Safe to repeat, after
     * a crash too. When it fails before the server has opened, a database that was RESTORING is so again. A replacement is put in the place of the database beside
     * which it was prepared; when it fails, at whatever point, that one is served.
     *
     * @param dbname the database inside the server that the address names; not looked at for a database that is RESTORING
     */
    public ServerConnection open(DatabaseRef database, DatabaseName display, AttemptRef attempt, String dbname) {
        return folders.inPlaces(database, places -> {
            if (replacements.isOf(places, attempt)) {
                return replacements.open(places, display, attempt, dbname);
            }
            ServerDirectory directory = places.served();
            ServerRecord found = ServerRecord.read(directory.record())
                    .filter(read ->
                            read.restoring().isPresent() || read.attempt().equals(attempt.entityId()))
                    .orElseThrow(() -> nothingPrepared(directory, database, attempt));
            return start.open(directory, found, display, attempt, dbname);
        });
    }

    private RuntimeException nothingPrepared(ServerDirectory directory, DatabaseRef database, AttemptRef attempt) {
        refuseDatabase(recorded(database), database);
        return folders.failed(directory.root(), "attempt " + attempt.entityId() + " has prepared nothing here");
    }

    /**
     * Removes what an attempt prepared and neither kept nor opened; nothing happens when it has nothing here any more. A database that is RESTORING stays so. Safe to
     * repeat. To be called for a step that was kept only by who does not know that; the step is then undone as far as that can be.
     *
     * @return whether files of a database that is RESTORING may have been changed by what is discarded
     */
    public boolean discard(DatabaseRef database, AttemptRef attempt) {
        return folders.inPlaces(database, places -> {
            if (replacements.isOf(places, attempt) || replacements.litters(places)) {
                replacements.discard(places, attempt);
                return false;
            }
            ServerDirectory directory = places.served();
            Optional<ServerRecord> found = ServerRecord.read(directory.record());
            if (found.isEmpty() || found.get().state() == State.OPENED) {
                return false;
            }
            boolean its = found.get().attempt().equals(attempt.entityId());
            if (found.get().restoring().isPresent() && !RestoringServers.isMadeBy(found.get(), attempt)) {
                return restoring.discard(directory, found.get(), attempt);
            }
            if (its) {
                removal.clear(directory);
            }
            return false;
        });
    }

    /** Removes a database that is not open, and what is left of one; safe to repeat. {@code NOT_RESTORING} when it is open. */
    public void drop(DatabaseRef database) {
        folders.alone(database, directory -> {
            Optional<ServerRecord> found = ServerRecord.read(directory.record());
            if (found.isPresent() && found.get().state() == State.OPENED) {
                throw BackupError.NOT_RESTORING
                        .problem(found.get().display(), "ONLINE")
                        .asException();
            }
            removal.clear(directory);
            return true;
        });
    }

    /** Removes the one that is kept of a database that is open; safe to repeat. */
    public void dropKept(DatabaseRef database) {
        folders.inPlaces(database, places -> {
            replacements.dropKept(places);
            return true;
        });
    }

    /** The database that this one was put in the place of, as long as it is kept. */
    public Optional<KeptDatabase> kept(DatabaseRef database) {
        return folders.glance(database, Places::kept);
    }

    /**
     * Serves the database of the history {@code fork} and keeps the one that is served; safe to repeat.
     *
     * @return why that is not so; nothing has changed then
     */
    public Optional<Problem> swapBack(DatabaseRef database, String fork) {
        return folders.inPlaces(database, places -> replacements.swapBack(places, database, fork));
    }

    /** How to reach a server that runs and is open right now, without waiting for what is done with its database; empty when there is none. */
    public Optional<ServerConnection> running(DatabaseRef database) {
        return folders.glance(database, places -> {
            Optional<ServerRecord> found = places.servedRecord().filter(read -> read.state() == State.OPENED);
            return postmaster.isOpen(places.served()) ? found.map(sessions::connection) : Optional.empty();
        });
    }

    /** Finds the processes of all servers again that are open or can be read, and starts those that do not run. What fails for one does not keep it from the others. */
    public List<Adoption> adoptAll() {
        List<Adoption> adoptions = new ArrayList<>();
        for (DatabaseRef database : folders.all()) {
            try {
                folders.inPlaces(database, places -> {
                    replacements.settle(places);
                    return true;
                });
                if (recorded(database).filter(ManagedServers::runs).isPresent()) {
                    connect(database);
                    adoptions.add(new Adoption(database, Optional.empty()));
                }
            } catch (RuntimeException failure) {
                adoptions.add(new Adoption(database, Optional.of(Problem.of(failure))));
            }
        }
        return adoptions;
    }

    /** Stops all servers that run, fast. They are started again by whoever asks for them. */
    public void stopAll() {
        for (DatabaseRef database : folders.all()) {
            folders.inPlaces(database, places -> {
                postmaster.stop(places.served());
                postmaster.stop(places.other());
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
        return folders.inPlaces(database, places -> {
            ServerDirectory directory = places.served();
            Optional<ServerRecord> found = ServerRecord.read(directory.record());
            if (found.isPresent() && found.get().state() == State.OPENED) {
                if (!found.get().attempt().equals(ServerRecord.PROVISIONED) && !places.replacedOnce()) {
                    refuseDatabase(found, database);
                }
                return opening.run(directory, found.get());
            }
            refuseDatabase(found, database);
            removal.clear(directory);
            return fresh.make(directory, database, display, dbname, kind, statements);
        });
    }

    /** Makes the sample database {@code shop}: customers, products, orders and their items, the same rows every time. */
    public ServerConnection provisionSample(DatabaseRef database, DatabaseName display) {
        return provision(database, display, SampleShop.DBNAME, SampleShop.statements());
    }

    /** Refuses where a database is that is open or RESTORING. */
    private static void refuseDatabase(Optional<ServerRecord> found, DatabaseRef database) {
        found.filter(read -> read.state() == State.OPENED || read.restoring().isPresent())
                .ifPresent(there -> {
                    throw BackupError.DATABASE_EXISTS
                            .problem(there.display().isEmpty() ? database.folded() : there.display())
                            .asException();
                });
    }

    private static ServerRecord requireRestoring(Optional<ServerRecord> found, DatabaseRef database) {
        if (found.filter(read -> read.state() == State.OPENED).isPresent()) {
            throw BackupError.NOT_READY_TO_ROLL_FORWARD
                    .problem(found.get().display())
                    .asException();
        }
        return found.filter(read -> read.restoring().isPresent())
                .orElseThrow(() -> BackupError.RESTORE_NEEDS_FULL
                        .problem(database.folded())
                        .asException());
    }

    /** Whether the server of this record is to run. */
    private static boolean runs(ServerRecord found) {
        return found.state() == State.OPENED || StandbyServers.isStanding(found);
    }

    private Optional<ServerRecord> recorded(DatabaseRef database) {
        return folders.glance(database, Places::servedRecord);
    }

    /** @param problem why the server does not run; empty when it does */
    public record Adoption(DatabaseRef database, Optional<Problem> problem) {}
}
