package io.bakstripe.node;

import io.bakstripe.api.cli.BakstripeCommand;
import io.bakstripe.node.demo.DemoCommand;
import picocli.CommandLine;

/** The entry point behind the launcher: the client's commands, and those that need a node on this machine. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new BakstripeCommand())
                .addSubcommand("server", new ServerCommand())
                .addSubcommand("sandbox", new SandboxCommand())
                .addSubcommand("demo", new DemoCommand())
                .execute(arguments));
    }
}
