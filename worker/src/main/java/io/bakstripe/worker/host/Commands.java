package io.bakstripe.worker.host;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs programs that end by themselves. */
final class Commands {
    private Commands() {}

    /**
     * Runs a program and waits for its end; what it writes goes through a file, so that no full pipe can stop it.
     *
     * @param input what it reads on its standard input
     */
    static Result run(List<String> command, String input, Duration timeout) {
        try {
            Path output = Files.createTempFile("bakstripe-command", ".out");
            Path stdin = Files.createTempFile("bakstripe-command", ".in");
            try {
                Files.writeString(stdin, input);
                Process process = builder(command)
                        .redirectInput(stdin.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
                boolean ended = process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS);
                if (!ended) {
                    process.destroyForcibly().waitFor();
                }
                String text = new String(Files.readAllBytes(output), StandardCharsets.UTF_8).strip();
                return ended
                        ? new Result(process.exitValue(), text)
                        : new Result(-1, "no end after " + timeout + ": " + text);
            } finally {
                Files.deleteIfExists(output);
                Files.deleteIfExists(stdin);
            }
        } catch (IOException failure) {
            return new Result(-1, String.valueOf(failure.getMessage()));
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new UncheckedIOException(new IOException("interrupted while running " + command.get(0), stop));
        }
    }

    /** A process with an environment that cannot lead PostgreSQL's programs astray. */
    static ProcessBuilder builder(List<String> command) {
        ProcessBuilder builder = new ProcessBuilder(command);
        Map<String, String> environment = builder.environment();
        environment.keySet().removeIf(name -> name.startsWith("PG") || name.startsWith("LC_") || name.equals("LANG"));
        environment.put("LC_ALL", "C");
        return builder;
    }

    /** @param exit -1 when the program could not be run or had no end */
    record Result(int exit, String output) {
        boolean succeeded() {
            return exit == 0;
        }
    }
}
