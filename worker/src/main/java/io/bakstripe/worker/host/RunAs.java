package io.bakstripe.worker.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * How PostgreSQL's programs are run, which refuse to run as root: directly by an ordinary user, by root in a user namespace of its own, and
 * where that is not allowed as the user {@code nobody}, who then owns the files.
 *
 * @param prefix what stands before a program in its command line
 * @param owner numeric user that files must belong to; -1 when they belong to the right one already
 */
record RunAs(List<String> prefix, int owner) {
    private static final int NOBODY = 65_534;
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    RunAs {
        prefix = List.copyOf(prefix);
    }

    /** Finds out what works here. */
    static RunAs detect() {
        if (!userId(List.of()).equals("0")) {
            return direct();
        }
        String inNamespace = userId(List.of("unshare", "-U"));
        return inNamespace.matches("\\d+") && !inNamespace.equals("0")
                ? new RunAs(List.of("unshare", "-U"), -1)
                : nobody();
    }

    static RunAs direct() {
        return new RunAs(List.of(), -1);
    }

    static RunAs nobody() {
        return new RunAs(List.of("setpriv", "--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups"), NOBODY);
    }

    /** The command line for a program. */
    List<String> command(Path program, List<String> arguments) {
        List<String> command = new ArrayList<>(prefix);
        command.add(program.toString());
        command.addAll(arguments);
        return command;
    }

    /** Makes the server's user the owner of a file, or of a directory and all in it. */
    void own(Path path) throws IOException {
        if (owner < 0) {
            return;
        }
        try (Stream<Path> all = Files.walk(path)) {
            for (Path each : (Iterable<Path>) all::iterator) {
                Files.setAttribute(each, "unix:uid", owner, LinkOption.NOFOLLOW_LINKS);
                Files.setAttribute(each, "unix:gid", owner, LinkOption.NOFOLLOW_LINKS);
            }
        }
    }

    private static String userId(List<String> prefix) {
        List<String> command = new ArrayList<>(prefix);
        command.addAll(List.of("id", "-u"));
        return Commands.run(command, "", PATIENCE).output();
    }
}
