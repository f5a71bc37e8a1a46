package io.bakstripe.api.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code bakstripe snapshot}: what can be done with the full backups that the service takes by itself. */
@Command(
        name = "snapshot",
        description = "Take, restore or delete a snapshot: a full backup that the service takes by itself.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {SnapshotCreateCommand.class, SnapshotRestoreCommand.class, SnapshotDeleteCommand.class},
        footer = {
            "",
            "'bakstripe snapshots' lists them.",
            "",
            "Examples:",
            "  bakstripe snapshot create shop --wait",
            "  bakstripe snapshot restore 0b7f2f0e-7f3c-4d8e-9a57-0d9a6c1c2f10 --to standby --wait",
            "  bakstripe snapshot delete 0d9c2f2e-4a53-4b9b-9a44-5cf0a1f2f6c1"
        })
final class SnapshotCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() {
        throw new ParameterException(
                spec.commandLine(),
                "say one of: " + String.join(", ", spec.subcommands().keySet()));
    }
}
