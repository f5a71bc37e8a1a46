package io.bakstripe.node.inspect;

import com.typesafe.config.ConfigException;
import io.bakstripe.protocol.error.BakstripeException;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.worker.format.ManifestPage;
import io.bakstripe.worker.restore.FileInspection;
import io.bakstripe.worker.restore.FoundSet.FoundStripe;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code bakstripe inspect}: shows what backup files say of themselves, and whether they are sound. */
@Command(
        name = "inspect",
        mixinStandardHelpOptions = true,
        description = {
            "Shows header, parts and manifest of backup files, without a node and without a database.",
            "Of several files it also says whether they are one whole set. Exits with 0 only if nothing is wrong."
        },
        footer = {
            "",
            "Files in S3 are read with the settings of --config or of the sandbox under --data (or BAKSTRIPE_SANDBOX),",
            "else with BAKSTRIPE_S3_* and the credentials that the AWS SDK finds by itself.",
            "",
            "Examples:",
            "  bakstripe inspect shop1-of-4.bak",
            "  bakstripe inspect --verify --data /tmp/bak 'arn:aws:s3:::bakstripe-sandbox/shop*.bak'"
        })
public final class InspectCommand implements Callable<Integer> {
    private static final int OK = 0;
    private static final int FAILED = 1;
    private static final int USAGE = 2;

    @Parameters(
            arity = "1..*",
            paramLabel = "FILE|ARN",
            description = "Files of this host, or ARNs; an asterisk matches.")
    private List<String> names = List.of();

    @Option(names = "--verify", description = "Read every byte and check every checksum.")
    private boolean verify;

    @Option(names = "--files", description = "List the manifest pages in each file; reads every byte, too.")
    private boolean files;

    @Option(names = "--json", description = "Print one JSON document, for scripts.")
    private boolean json;

    @Option(names = "--config", paramLabel = "FILE", description = "The node's configuration, for its store.")
    private @Nullable Path config;

    @Option(names = "--data", paramLabel = "DIR", description = "A node's folder, for the store of its sandbox.")
    private @Nullable Path data;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter err = spec.commandLine().getErr();
        Places places = new Places(
                Optional.ofNullable(config),
                Optional.ofNullable(data),
                Optional.ofNullable(System.getenv("BAKSTRIPE_SANDBOX")).map(Path::of));
        try (places) {
            List<Inspected> inspected = new ArrayList<>();
            for (String name : names) {
                for (Places.Found found : places.find(name)) {
                    inspected.add(inspect(found));
                }
            }
            return show(inspected);
        } catch (BakstripeException refused) {
            err.println("error " + refused.problem().error().code() + ": "
                    + refused.problem().detail());
            err.println("hint: " + refused.problem().hint());
            return FAILED;
        } catch (ConfigException wrong) {
            err.println("error: the configuration is wrong: " + wrong.getMessage());
            err.println("hint: docs/configuration.md explains the keys and says where all of them are listed.");
            return USAGE;
        } catch (IOException failed) {
            err.println("error: " + failed.getMessage());
            return FAILED;
        } finally {
            spec.commandLine().getOut().flush();
            err.flush();
        }
    }

    private Inspected inspect(Places.Found found) {
        Inspected inspected = new Inspected(found.name(), found.object().size());
        try {
            FileInspection inspection = new FileInspection(found.source());
            FoundStripe stripe = inspection.ends(found.object());
            inspected.says(stripe);
            if (verify || files) {
                List<ManifestPage.Entry> manifest = new ArrayList<>();
                inspected.holds(inspection.contents(stripe, files ? manifest::add : entry -> {}), files, manifest);
            }
        } catch (BakstripeException refused) {
            inspected.fails(found.shown(refused.problem()));
        }
        return inspected;
    }

    private int show(List<Inspected> inspected) {
        List<FoundStripe> sound = inspected.stream()
                .map(Inspected::stripe)
                .flatMap(Optional::stream)
                .toList();
        boolean judged = inspected.size() > 1 && sound.size() == inspected.size();
        Optional<Problem> set = judged ? judge(sound) : Optional.empty();
        Report report = new Report(inspected, judged, set);
        PrintWriter out = spec.commandLine().getOut();
        out.println(json ? report.json() : report.text());
        boolean wrong = set.isPresent()
                || inspected.stream().anyMatch(file -> file.problem().isPresent());
        return wrong ? FAILED : OK;
    }

    private static Optional<Problem> judge(List<FoundStripe> files) {
        try {
            FileInspection.set(files);
            return Optional.empty();
        } catch (BakstripeException refused) {
            return Optional.of(refused.problem());
        }
    }
}
