package io.bakstripe.worker.host;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.message.HostCommand.WrittenStep;
import io.bakstripe.protocol.message.RestoreCommand.RestoreStep.Kind;
import io.bakstripe.protocol.name.AttemptRef;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.InstanceName;
import io.bakstripe.protocol.name.TaskId;
import io.bakstripe.protocol.stripe.RolledTo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A data directory that backups are made into, for somebody to run a server in who has nothing else of ours. Steps become part of it as they do of a managed database
 * that is RESTORING; no server is started, and no PostgreSQL has to be installed.
 *
 * <p>Everything is made in a hidden directory below the target. {@link #finish} puts it where it belongs and writes {@code postgresql.conf} last: a directory without it
 * cannot be started. After a failure {@link #discard} leaves the target as it was found. Used by one thread at a time.
 */
public final class ExtractedServer {
    private static final String WORK = ".bakstripe-extract";
    private static final String CONFIGURATION = "postgresql.conf";
    private static final FileAttribute<Set<PosixFilePermission>> PRIVATE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    /** For the user that the server runs as by its socket, and for everybody with a password that the backup holds; md5 takes both kinds of stored passwords. */
    private static final String ACCESS = """
            # Written by Bakstripe. What the source had is kept beside it, in pg_hba.conf.restored.
            local all all peer
            host all all 127.0.0.1/32 md5
            host all all ::1/128 md5
            """;

    private final ServerDirectory target;
    private final ServerDirectory work;
    private final DatabaseName display;
    private final boolean made;
    private int steps;
    private @Nullable Rolled rolled;

    private ExtractedServer(Path target, DatabaseName display, boolean made) {
        this.target = new ServerDirectory(target);
        this.work = new ServerDirectory(target.resolve(WORK));
        this.display = display;
        this.made = made;
    }

    /**
     * Begins. {@code TARGET_NOT_EMPTY} for a directory that holds anything.
     *
     * @param target a directory that is empty or not there
     * @param display how the database is named in messages
     */
    public static ExtractedServer begin(Path target, DatabaseName display) throws IOException {
        Path absolute = target.toAbsolutePath().normalize();
        boolean there = Files.exists(absolute);
        if (there && !isEmptyDirectory(absolute)) {
            throw BackupError.TARGET_NOT_EMPTY.problem(absolute).asException();
        }
        Files.createDirectories(absolute);
        ExtractedServer server = new ExtractedServer(absolute, display, !there);
        Files.createDirectory(server.work.root(), PRIVATE);
        return server;
    }

    private static boolean isEmptyDirectory(Path path) throws IOException {
        if (!Files.isDirectory(path)) {
            return false;
        }
        try (Stream<Path> all = Files.list(path)) {
            return all.findAny().isEmpty();
        }
    }

    /** The directory that a step is to be written into: an empty one, or for a differential the files of its base. */
    public Path prepare(Kind kind) throws IOException {
        steps++;
        if (kind == Kind.DIFFERENTIAL) {
            soFar();
            new Tablespaces(work).putBack();
            return work.data();
        }
        return Files.createDirectory(staging(), PRIVATE);
    }

    /** Makes what was written part of the directory, and gives how far it has come; fails as {@link ManagedServers#keep} does. */
    public RolledTo keep(WrittenStep step) throws IOException {
        Rolled further = switch (step.kind()) {
            case FULL -> withFull(step);
            case DIFFERENTIAL -> withDifferential(step);
            case LOG -> withLog(step);
            case REPLACEMENT, FINISH -> throw new IllegalArgumentException(step.kind() + " brings no set");
        };
        rolled = further;
        RolledSegments.removeBehind(work.log(), further.layout(), further.end());
        return further.told();
    }

    private Rolled withFull(WrittenStep step) throws IOException {
        Files.move(staging(), work.data());
        return StepFiles.ofBackup(work, step, StepFiles.takeOver(work));
    }

    private Rolled withDifferential(WrittenStep step) throws IOException {
        StepFiles.requireSameHistory(display.value(), soFar(), step);
        return StepFiles.ofBackup(work, step, StepFiles.takeOver(work));
    }

    private Rolled withLog(WrittenStep step) throws IOException {
        StepFiles.requireSameHistory(display.value(), soFar(), step);
        Rolled further = StepFiles.withLog(work, soFar(), staging(), step);
        Trees.delete(staging());
        return further;
    }

    private Path staging() {
        return work.staging(new AttemptRef(new InstanceName("extract"), new TaskId(steps), 1));
    }

    private Rolled soFar() {
        return Objects.requireNonNull(rolled, "a full backup comes first");
    }

    /**
     * Readies the directory for being started and gives it. The server then rolls forward exactly as far as the steps say, opens, and begins a timeline of its own.
     * Tablespaces lie beside it.
     */
    public Path finish() throws IOException {
        Rolled end = soFar();
        if (end.logs()) {
            // A server that dies while it opens would replay whatever it finds next time.
            new ReadableLog(work, end).endForGood(work.data());
        }
        int major = Integer.parseInt(Installations.version(work.data()));
        for (String name : List.of(CONFIGURATION, "pg_hba.conf", "pg_ident.conf")) {
            setAside(work.data().resolve(name));
        }
        Files.writeString(work.data().resolve("pg_hba.conf"), ACCESS);
        Files.writeString(work.data().resolve("pg_ident.conf"), "");
        String configuration = ServerConfiguration.detached(LogSize.of(work.data()), major, target(end));
        if (Files.isDirectory(work.tablespaces())) {
            Files.move(work.tablespaces(), target.tablespaces());
        }
        Files.move(work.data(), target.data());
        new Tablespaces(target).relink();
        Trees.delete(work.root());
        Path draft = target.data().resolve(CONFIGURATION + ".draft");
        Files.writeString(draft, configuration);
        Trees.sync(draft);
        Trees.sync(target.root());
        Files.move(draft, target.data().resolve(CONFIGURATION), StandardCopyOption.ATOMIC_MOVE);
        Trees.sync(target.data());
        return target.data();
    }

    /** Where the log ends for good nothing follows that a server could stop before. */
    private static RecoveryTarget target(Rolled end) {
        return end.logs() ? RecoveryTarget.through(end.lastRecord()) : RecoveryTarget.endOfBackup();
    }

    private static void setAside(Path file) throws IOException {
        if (Files.exists(file)) {
            Files.move(
                    file, file.resolveSibling(file.getFileName() + ".restored"), StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** Removes everything that was made; safe to repeat. Nothing may be writing any more. */
    public void discard() throws IOException {
        // Without this file nobody starts what is still there.
        Files.deleteIfExists(target.data().resolve(CONFIGURATION));
        Trees.delete(target.data());
        Trees.delete(target.tablespaces());
        Trees.delete(work.root());
        if (made) {
            Files.deleteIfExists(target.root());
        }
    }
}
