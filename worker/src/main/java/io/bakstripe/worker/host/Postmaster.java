package io.bakstripe.worker.host;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.BakstripeException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Starts, finds and stops the process of a managed server. Servers are sessions of their own: they outlive the node and are found again by
 * {@code postmaster.pid}.
 */
final class Postmaster {
    private static final Duration GLANCE = Duration.ofMillis(20);
    private static final int STATUS_LINE = 7;
    private static final long LARGEST_LOG = 16L << 20;
    private static final int LOG_TAIL_BYTES = 2000;

    private final Installations installations;
    private final HostSettings settings;
    private final InstantSource clock;
    private final boolean setsid;

    Postmaster(Installations installations, HostSettings settings, InstantSource clock) {
        this.installations = installations;
        this.settings = settings;
        this.clock = clock;
        this.setsid = Commands.run(List.of("setsid", "true"), "", Duration.ofSeconds(10))
                .succeeded();
    }

    /** The live process that runs on this data directory, verified to be at home there; empty when there is none. */
    Optional<ProcessHandle> find(ServerDirectory directory) throws IOException {
        List<String> lines = postmasterFile(directory);
        if (lines.isEmpty() || !lines.get(0).strip().matches("\\d+")) {
            return Optional.empty();
        }
        Optional<ProcessHandle> process =
                ProcessHandle.of(Long.parseLong(lines.get(0).strip())).filter(ProcessHandle::isAlive);
        if (process.isEmpty() || atHome(process.get(), directory)) {
            return process;
        }
        // A process that has nothing to do with us got the number: the server would take it for another postmaster and
        // not start.
        Files.deleteIfExists(directory.postmasterFile());
        return Optional.empty();
    }

    /**
     * Starts the server, with the binaries of its version, and returns once it is open; {@code SERVER_NOT_STARTED} with the end of its log when it dies
     * or takes too long. The process is gone after a failure.
     */
    void start(ServerDirectory directory, String display, List<String> arguments) throws IOException {
        awaitOrphans(directory);
        turnOver(directory.serverLog());
        long logFrom = Files.exists(directory.serverLog()) ? Files.size(directory.serverLog()) : 0;
        List<String> command = new ArrayList<>(setsid ? List.of("setsid") : List.of());
        command.addAll(installations.of(directory.data()).command("postgres", arguments));
        Process process = Commands.builder(command)
                .directory(directory.root().toFile())
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectErrorStream(true)
                .redirectOutput(
                        ProcessBuilder.Redirect.appendTo(directory.serverLog().toFile()))
                .start();
        awaitOpen(directory, display, process.toHandle(), logFrom);
    }

    /** Whether a server runs there and is open. */
    boolean isOpen(ServerDirectory directory) throws IOException {
        Optional<ProcessHandle> process = find(directory);
        return process.isPresent() && open(directory, process.get().pid());
    }

    /** Waits until a server that was found is open; fails as {@link #start} does. */
    void awaitOpen(ServerDirectory directory, String display, ProcessHandle process) throws IOException {
        awaitOpen(directory, display, process, 0);
    }

    /** Waits until a server that runs has come somewhere; fails as {@link #start} does. */
    void awaitRunning(ServerDirectory directory, String display, Reached reached) throws IOException {
        ProcessHandle process = find(directory).orElseThrow(() -> notStarted(directory, display, "it does not run"));
        await(directory, display, process, 0, reached);
    }

    private void awaitOpen(ServerDirectory directory, String display, ProcessHandle process, long logFrom)
            throws IOException {
        await(directory, display, process, logFrom, () -> open(directory, process.pid()));
    }

    private void await(ServerDirectory directory, String display, ProcessHandle process, long logFrom, Reached reached)
            throws IOException {
        Instant deadline = clock.instant().plus(settings.startTimeout());
        while (!reached.now()) {
            if (ended(process, GLANCE)) {
                throw notStarted(directory, display, tail(directory.serverLog(), logFrom));
            }
            if (clock.instant().isAfter(deadline)) {
                stop(directory);
                throw notStarted(
                        directory,
                        display,
                        "it was not open after " + settings.startTimeout() + ": "
                                + tail(directory.serverLog(), logFrom));
            }
        }
    }

    /** Stops the server if it runs: fast, and by force when it does not obey. */
    void stop(ServerDirectory directory) throws IOException {
        Optional<ProcessHandle> process = find(directory);
        if (process.isEmpty()) {
            return;
        }
        // pg_ctl of any version knows how to tell a server to stop whose own binaries are gone.
        PostgresBinaries binaries = installations.find(directory.data()).orElseGet(installations::newest);
        long seconds = Math.max(1, settings.stopTimeout().toSeconds());
        for (String mode : List.of("fast", "immediate")) {
            List<String> stop =
                    List.of("stop", "-D", directory.data().toString(), "-m", mode, "-w", "-t", Long.toString(seconds));
            Commands.run(
                    binaries.command("pg_ctl", stop), "", settings.stopTimeout().plusSeconds(10));
            if (ended(process.get(), Duration.ofSeconds(2))) {
                return;
            }
        }
        process.get().destroyForcibly();
        ended(process.get(), settings.stopTimeout());
    }

    static BakstripeException notStarted(ServerDirectory directory, String display, String text) {
        return BackupError.SERVER_NOT_STARTED
                .problem(display, text, directory.serverLog())
                .asException();
    }

    /**
     * Waits for the end of what a killed postmaster left running: its children notice its death by themselves, but no server starts as long as one
     * of them lives.
     */
    void awaitOrphans(ServerDirectory directory) throws IOException {
        if (!Files.exists(directory.postmasterFile())) {
            return;
        }
        Path home = directory.data().toRealPath();
        for (ProcessHandle orphan : (Iterable<ProcessHandle>) ProcessHandle.allProcesses()::iterator) {
            if (livesAt(orphan, home) && !ended(orphan, settings.stopTimeout())) {
                orphan.destroyForcibly();
                ended(orphan, settings.stopTimeout());
            }
        }
    }

    private static boolean livesAt(ProcessHandle process, Path home) {
        try {
            return Files.readSymbolicLink(Path.of("/proc", Long.toString(process.pid()), "cwd"))
                    .equals(home);
        } catch (IOException goneOrNotOurs) {
            return false;
        }
    }

    private static boolean open(ServerDirectory directory, long pid) throws IOException {
        List<String> lines = postmasterFile(directory);
        return lines.size() > STATUS_LINE
                && lines.get(0).strip().equals(Long.toString(pid))
                && lines.get(STATUS_LINE).strip().equals("ready");
    }

    private static List<String> postmasterFile(ServerDirectory directory) throws IOException {
        try {
            return Files.readAllLines(directory.postmasterFile(), StandardCharsets.UTF_8);
        } catch (NoSuchFileException absent) {
            return List.of();
        }
    }

    /** A server's working directory is its data directory. */
    private static boolean atHome(ProcessHandle process, ServerDirectory directory) {
        try {
            Path home = Files.readSymbolicLink(Path.of("/proc", Long.toString(process.pid()), "cwd"));
            return home.equals(directory.data().toRealPath());
        } catch (NoSuchFileException gone) {
            return false;
        } catch (IOException mayNotLook) {
            return true;
        }
    }

    private static boolean ended(ProcessHandle process, Duration patience) {
        try {
            process.onExit().get(patience.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException lives) {
            return !process.isAlive();
        } catch (ExecutionException failure) {
            throw new IllegalStateException(failure);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for process " + process.pid(), stop);
        }
    }

    /** What a server comes to sooner or later. */
    interface Reached {
        boolean now() throws IOException;
    }

    private static void turnOver(Path log) throws IOException {
        if (Files.exists(log) && Files.size(log) > LARGEST_LOG) {
            Files.move(log, log.resolveSibling(log.getFileName() + ".1"), StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static String tail(Path log, long from) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
            long start = Math.max(from, file.length() - LOG_TAIL_BYTES);
            byte[] end = new byte[(int) (file.length() - start)];
            file.seek(start);
            file.readFully(end);
            return new String(end, StandardCharsets.UTF_8).strip();
        }
    }
}
