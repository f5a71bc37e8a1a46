package io.bakstripe.api.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code bakstripe config}: the configuration of an instance. */
@Command(
        name = "config",
        description = "Show or set the configuration of an instance.",
        mixinStandardHelpOptions = true,
        subcommands = {ConfigCommand.Show.class, ConfigCommand.Set.class},
        footer = {"", "Examples:", "  bakstripe config show", "  bakstripe config set 'S3 backup compression' true"})
final class ConfigCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() {
        throw new ParameterException(spec.commandLine(), "say show or set");
    }

    private static void print(ClientCommand command, List<JsonNode> rows) {
        if (command.json()) {
            command.printJson(Map.of("rows", rows));
        } else {
            command.out().println(Tables.of(rows));
        }
    }

    /** Calls {@code rds_show_configuration}. */
    @Command(
            name = "show",
            description = "Show one configuration, or all.",
            footer = {"", "Example:", "  bakstripe config show 'S3 backup compression'"})
    static final class Show extends ClientCommand {
        @Parameters(index = "0", arity = "0..1", paramLabel = "NAME", description = "The configuration; default all.")
        private @Nullable String name;

        @Override
        int run(ApiClient client) {
            print(this, client.procedure("rds_show_configuration", name == null ? Map.of() : Map.of("name", name)));
            return OK;
        }
    }

    /** Calls {@code rds_set_configuration}. */
    @Command(
            name = "set",
            description = "Set one configuration.",
            footer = {"", "Example:", "  bakstripe config set 'S3 backup compression' true"})
    static final class Set extends ClientCommand {
        @Parameters(index = "0", paramLabel = "NAME", description = "The configuration.")
        @SuppressWarnings("NullAway.Init") // set by picocli
        private String name;

        @Parameters(index = "1", paramLabel = "VALUE", description = "Its new value.")
        @SuppressWarnings("NullAway.Init") // set by picocli
        private String value;

        @Override
        int run(ApiClient client) {
            print(this, client.procedure("rds_set_configuration", Map.of("name", name, "value", value)));
            return OK;
        }
    }
}
