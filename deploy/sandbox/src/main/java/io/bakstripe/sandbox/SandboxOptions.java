package io.bakstripe.sandbox;

import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * What the command line asks for.
 *
 * @param data the directory that everything lies under
 * @param port 0 for the one that was used before with the same directory, or a free one
 * @param stopWithStdin whether the sandbox ends when its standard input closes
 * @param stsPort of the token service, as {@code port}
 * @param kmsPort of the key service, as {@code port}
 * @param keySeconds how long the keys of the role last, whatever is asked for; empty: as is asked for
 * @param chaosPort where faults are asked for, 0 for a free port; empty for a store without faults
 */
record SandboxOptions(
        Path data,
        int port,
        int stsPort,
        int kmsPort,
        OptionalInt keySeconds,
        boolean stopWithStdin,
        OptionalInt chaosPort) {
    static final String USAGE =
            "usage: sandbox --data DIR [--port N] [--sts-port N] [--kms-port N] [--key-seconds N] [--chaos-port N] [--stop-with-stdin]";

    SandboxOptions {
        requirePort("--port", port);
        requirePort("--sts-port", stsPort);
        requirePort("--kms-port", kmsPort);
        keySeconds.ifPresent(seconds -> {
            if (seconds < 1) {
                throw new IllegalArgumentException("--key-seconds must be 1 or more, not " + seconds);
            }
        });
        chaosPort.ifPresent(number -> requirePort("--chaos-port", number));
    }

    private static void requirePort(String option, int port) {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException(option + " must be 0 to 65535, not " + port);
        }
    }

    /** Reads a command line; {@link IllegalArgumentException} says what is wrong with it. */
    static SandboxOptions parse(List<String> arguments) {
        @Nullable String data = null;
        int port = 0;
        int stsPort = 0;
        int kmsPort = 0;
        OptionalInt keySeconds = OptionalInt.empty();
        boolean stopWithStdin = false;
        OptionalInt chaosPort = OptionalInt.empty();
        for (Iterator<String> rest = arguments.iterator(); rest.hasNext(); ) {
            String option = rest.next();
            switch (option) {
                case "--data" -> data = value(option, rest);
                case "--port" -> port = number(option, value(option, rest));
                case "--sts-port" -> stsPort = number(option, value(option, rest));
                case "--kms-port" -> kmsPort = number(option, value(option, rest));
                case "--key-seconds" -> keySeconds = OptionalInt.of(number(option, value(option, rest)));
                case "--chaos-port" -> chaosPort = OptionalInt.of(number(option, value(option, rest)));
                case "--stop-with-stdin" -> stopWithStdin = true;
                default -> throw new IllegalArgumentException("unknown option " + option);
            }
        }
        if (data == null) {
            throw new IllegalArgumentException("--data is required");
        }
        return new SandboxOptions(
                Path.of(data).toAbsolutePath(), port, stsPort, kmsPort, keySeconds, stopWithStdin, chaosPort);
    }

    private static String value(String option, Iterator<String> rest) {
        if (!rest.hasNext()) {
            throw new IllegalArgumentException(option + " needs a value");
        }
        return rest.next();
    }

    private static int number(String option, String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(option + " must be a number, not " + text, e);
        }
    }
}
