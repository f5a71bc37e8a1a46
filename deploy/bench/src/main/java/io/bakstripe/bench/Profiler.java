package io.bakstripe.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Records what processes of this Java do while something is measured, with the JDK's Flight Recorder; an option, without which nothing is recorded. */
final class Profiler {
    private static final String RECORDING = "bench";

    @Option(
            names = "--profile",
            paramLabel = "DIR",
            description = "Record node and store with the JDK's Flight Recorder.")
    private @Nullable Path folder;

    /** Begins to record these processes. */
    void begin(List<Long> processes) throws IOException {
        if (folder == null) {
            return;
        }
        for (long pid : processes) {
            jcmd(pid, "JFR.start", "name=" + RECORDING, "settings=profile");
        }
    }

    /** Writes what was recorded since {@link #begin} to files {@code <step>-<pid>.jfr}, and the processor time of threads beside them. */
    void end(List<Long> processes, String step) throws IOException {
        if (folder == null) {
            return;
        }
        Files.createDirectories(folder);
        for (long pid : processes) {
            Path file = folder.toAbsolutePath().resolve(step + "-" + pid + ".jfr");
            jcmd(pid, "JFR.stop", "name=" + RECORDING, "filename=" + file);
            Files.writeString(folder.resolve(step + "-" + pid + ".threads"), jcmd(pid, "Thread.print"));
        }
    }

    private static String jcmd(long pid, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(), Long.toString(pid)));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (process.waitFor() != 0) {
                throw new IOException(command + " answered: " + output);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", interrupted);
        }
        return output;
    }
}
