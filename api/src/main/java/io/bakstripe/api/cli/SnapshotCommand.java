package io.bakstripe.api.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code bakstripe snapshot}: what can be done with one snapshot. */
@Command(
        name = "snapshot",
        description = "Take or delete a snapshot.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {SnapshotCreateCommand.class, SnapshotDeleteCommand.class},
        footer = {
            "",
            "'bakstripe snapshots' lists them.",
            "",
            "Examples:",
            "  bakstripe snapshot create shop --wait",
            "  bakstripe snapshot delete 0d9c2f2e-4a53-4b9b-9a44-5cf0a1f2f6c1"
        })
final class SnapshotCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() {
        throw new ParameterException(spec.commandLine(), "a command is missing");
    }
}
