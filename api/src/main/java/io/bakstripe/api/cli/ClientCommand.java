package io.bakstripe.api.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.bakstripe.api.http.ApiJson;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What all client commands share: the connection, {@code --json}, and how a refusal is shown. Exits with 1 when the server refuses. */
@Command(mixinStandardHelpOptions = true)
abstract class ClientCommand implements Callable<Integer> {
    static final int OK = 0;
    static final int FAILED = 1;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Mixin
    private ConnectionOptions connection = new ConnectionOptions();

    @Option(names = "--json", description = "Print JSON as the server sent it, for scripts.")
    private boolean json;

    /** Does the work and answers with the exit code. */
    abstract int run(ApiClient client);

    @Override
    public final Integer call() {
        try {
            return run(connection.client(surroundings(), spec.commandLine()));
        } catch (ApiRefusal refused) {
            show(refused);
            return FAILED;
        } finally {
            out().flush();
            err().flush();
        }
    }

    boolean json() {
        return json;
    }

    ConnectionOptions connection() {
        return connection;
    }

    /** The instance that was named, or the only one there is. */
    String instance(ApiClient client) {
        return connection.instance().orElseGet(() -> {
            List<String> names = client.instances().stream()
                    .map(found -> found.path("name").asText())
                    .toList();
            if (names.size() != 1) {
                throw new ParameterException(
                        spec.commandLine(), "give --instance; there are: " + String.join(", ", names));
            }
            return names.get(0);
        });
    }

    PrintWriter out() {
        return spec.commandLine().getOut();
    }

    PrintWriter err() {
        return spec.commandLine().getErr();
    }

    CommandSpec spec() {
        return spec;
    }

    Surroundings surroundings() {
        Object root = spec.root().userObject();
        return root instanceof BakstripeCommand command ? command.surroundings() : Surroundings.ofProcess();
    }

    /** Prints a value as one JSON document. */
    void printJson(Object value) {
        try {
            out().println(ApiJson.strict().writerWithDefaultPrettyPrinter().writeValueAsString(value));
        } catch (JsonProcessingException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private void show(ApiRefusal refused) {
        if (json) {
            refused.document().ifPresent(out()::println);
        }
        err().println(refused.shown());
        refused.hint().ifPresent(hint -> err().println("hint: " + hint));
    }
}
