package io.bakstripe.api.cli;

import java.io.PrintWriter;
import picocli.CommandLine;

/** Where the command line begins. */
public final class BakstripeCli {
    private BakstripeCli() {}

    /** The client commands of this process, writing to its standard streams; further commands may be added. */
    public static CommandLine commandLine() {
        return new CommandLine(new BakstripeCommand());
    }

    /** The client commands in other surroundings. */
    public static CommandLine commandLine(Surroundings surroundings, PrintWriter out, PrintWriter err) {
        CommandLine line = new CommandLine(new BakstripeCommand(surroundings));
        line.setOut(out);
        line.setErr(err);
        return line;
    }
}
