package io.bakstripe.sandbox;

import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;

/**
 * The sandbox as a process of its own. Prints one line of JSON to standard output when it is ready; ends on SIGTERM or, when asked to, when its
 * standard input closes. Exit status 2: the command line is wrong; 1: it cannot start.
 */
public final class SandboxMain {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private SandboxMain() {}

    /** See {@link SandboxOptions#USAGE}. */
    public static void main(String[] arguments) {
        SandboxOptions options;
        try {
            options = SandboxOptions.parse(List.of(arguments));
        } catch (IllegalArgumentException e) {
            System.err.println("sandbox: " + e.getMessage());
            System.err.println(SandboxOptions.USAGE);
            System.exit(2);
            return;
        }
        SandboxServer server;
        try {
            server = SandboxServer.start(options, new SecureRandom(), PATIENCE);
        } catch (RuntimeException e) {
            System.err.println("sandbox: " + e.getMessage());
            System.exit(1);
            return;
        }
        Runtime.getRuntime().addShutdownHook(new Thread(server::close, "sandbox-stop"));
        System.out.println(server.toJson());
        System.out.flush();
        if (options.stopWithStdin()) {
            awaitEndOfInput();
            System.exit(0);
        }
    }

    private static void awaitEndOfInput() {
        byte[] ignored = new byte[1024];
        try {
            while (System.in.read(ignored) >= 0) {
                // What is written to it means nothing; only its end does.
            }
        } catch (IOException e) {
            System.err.println("sandbox: standard input failed, stopping: " + e);
        }
    }
}
