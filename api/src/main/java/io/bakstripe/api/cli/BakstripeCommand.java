package io.bakstripe.api.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The root of the command line, with the commands that are clients of the HTTP interface; the node adds those that run something. */
@Command(
        name = "bakstripe",
        description = "Native backup and restore of PostgreSQL, striped to S3.",
        mixinStandardHelpOptions = true,
        version = "bakstripe 0.1.0",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            BackupCommand.class,
            BackupLogCommand.class,
            BackupSetsCommand.class,
            RestoreCommand.class,
            RestoreLogCommand.class,
            FinishRestoreCommand.class,
            DropCommand.class,
            SwapBackCommand.class,
            SnapshotCommand.class,
            CancelCommand.class,
            TasksCommand.class,
            ExecCommand.class,
            ConfigCommand.class,
            InstancesCommand.class,
            DatabasesCommand.class,
            SnapshotsCommand.class,
            DoctorCommand.class,
            TokenCommand.class
        },
        footer = {
            "",
            "Client commands find the server by --url and --token, BAKSTRIPE_URL and BAKSTRIPE_TOKEN,",
            "or --sandbox FILE. They exit with 0 when all is well, 1 on an error, 2 on wrong usage.",
            "",
            "Examples:",
            "  bakstripe instances --sandbox data/sandbox.json",
            "  bakstripe backup shop 'arn:aws:s3:::bucket/shop*.bak' --files 4 --wait",
            "  bakstripe tasks 5"
        })
public final class BakstripeCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    /** The command line of this process. */
    public BakstripeCommand() {
        this(Surroundings.ofProcess());
    }

    public BakstripeCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    Surroundings surroundings() {
        return surroundings;
    }

    @Override
    public Integer call() {
        throw new ParameterException(spec.commandLine(), "a command is missing");
    }
}
