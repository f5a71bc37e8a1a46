package io.bakstripe.node.offline;

import com.typesafe.config.ConfigException;
import io.bakstripe.protocol.error.BakstripeException;
import io.bakstripe.protocol.error.Problem;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import picocli.CommandLine.Model.CommandSpec;

/** How commands without a cluster end. */
public final class OfflineCommand {
    public static final int OK = 0;
    public static final int FAILED = 1;
    public static final int USAGE = 2;

    private OfflineCommand() {}

    /** What a command does; answers with its exit code. */
    @FunctionalInterface
    public interface Work {
        int run() throws IOException;
    }

    /** Does it and answers with its exit code; says on the standard error why it failed, with code and hint where there are such. */
    public static int run(CommandSpec spec, Work work) {
        PrintWriter err = spec.commandLine().getErr();
        try {
            return work.run();
        } catch (BakstripeException refused) {
            Problem problem = refused.problem();
            err.println("error " + problem.error().code() + ": " + problem.detail());
            err.println("hint: " + problem.hint());
            return FAILED;
        } catch (ConfigException wrong) {
            err.println("error: the configuration is wrong: " + wrong.getMessage());
            err.println("hint: docs/configuration.md explains the keys and says where all of them are listed.");
            return USAGE;
        } catch (IOException | UncheckedIOException failed) {
            err.println("error: " + failed.getMessage());
            return FAILED;
        } finally {
            spec.commandLine().getOut().flush();
            err.flush();
        }
    }
}
