package io.bakstripe.node;

import io.bakstripe.api.cli.BakstripeCli;
import io.bakstripe.node.decrypt.DecryptCommand;
import io.bakstripe.node.demo.DemoCommand;
import io.bakstripe.node.extract.ExtractCommand;
import io.bakstripe.node.iam.IamPolicyCommand;
import io.bakstripe.node.inspect.InspectCommand;
import io.bakstripe.node.rewrap.RewrapCommand;
import picocli.CommandLine;

/** The entry point behind the launcher: the client's commands, and those that need a node on this machine. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        CommandLine line = BakstripeCli.commandLine()
                .addSubcommand("server", new ServerCommand())
                .addSubcommand("sandbox", new SandboxCommand())
                .addSubcommand("demo", new DemoCommand())
                .addSubcommand("inspect", new InspectCommand())
                .addSubcommand("extract", new ExtractCommand())
                .addSubcommand("decrypt", new DecryptCommand())
                .addSubcommand("rewrap", new RewrapCommand())
                .addSubcommand("iam-policy", new IamPolicyCommand());
        System.exit(BakstripeCli.withShortErrors(line).execute(arguments));
    }
}
