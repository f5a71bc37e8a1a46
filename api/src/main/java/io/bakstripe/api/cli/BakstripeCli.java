package io.bakstripe.api.cli;

import java.io.PrintWriter;
import picocli.CommandLine;

/** Where the command line begins. */
public final class BakstripeCli {
    private BakstripeCli() {}

    /** The client commands of this process, writing to its standard streams; further commands may be added. */
    public static CommandLine commandLine() {
        return withShortErrors(new CommandLine(new BakstripeCommand()));
    }

    /** The client commands in other surroundings. */
    public static CommandLine commandLine(Surroundings surroundings, PrintWriter out, PrintWriter err) {
        CommandLine line = new CommandLine(new BakstripeCommand(surroundings));
        line.setOut(out);
        line.setErr(err);
        return withShortErrors(line);
    }

    /** Lets wrong usage be answered with what is wrong and where the help is, for the commands added so far; the exit code stays 2. */
    public static CommandLine withShortErrors(CommandLine line) {
        return line.setParameterExceptionHandler((wrong, arguments) -> {
            CommandLine command = wrong.getCommandLine();
            PrintWriter err = command.getErr();
            err.println("error: " + wrong.getMessage());
            CommandLine.UnmatchedArgumentException.printSuggestions(wrong, err);
            err.println("hint: " + command.getCommandSpec().qualifiedName() + " --help shows the usage.");
            err.flush();
            return command.getCommandSpec().exitCodeOnInvalidInput();
        });
    }
}
