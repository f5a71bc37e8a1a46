package io.bakstripe.node.inspect;

import io.bakstripe.node.offline.OfflineCommand;
import io.bakstripe.node.offline.OfflineOptions;
import io.bakstripe.node.offline.Places;
import io.bakstripe.node.offline.Places.Beside;
import io.bakstripe.node.offline.Waiting;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.BakstripeException;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.name.KeyArn;
import io.bakstripe.worker.format.ManifestPage;
import io.bakstripe.worker.format.Mode;
import io.bakstripe.worker.restore.FileInspection;
import io.bakstripe.worker.restore.FoundSet.FoundStripe;
import io.bakstripe.worker.seal.OpenedFiles;
import io.bakstripe.worker.seal.SealFacts;
import io.bakstripe.worker.store.ObjectStore.StoredObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code bakstripe inspect}: shows what backup files say of themselves, and whether they are sound. */
@Command(
        name = "inspect",
        mixinStandardHelpOptions = true,
        description = {
            "Shows header, parts and manifest of backup files, without a node and without a database.",
            "Of several files it also says whether they are one whole set. Exits with 0 only if nothing is wrong.",
            "Encrypted files are opened with their key; --outside shows what they tell without it."
        },
        footer = {
            "",
            "The store and the key service are those of --config or of the sandbox under --data (or BAKSTRIPE_SANDBOX),",
            "else of BAKSTRIPE_S3_*, BAKSTRIPE_KMS_* and the credentials that the AWS SDK finds by itself.",
            "",
            "Examples:",
            "  bakstripe inspect shop1-of-4.bak",
            "  bakstripe inspect --verify --data /tmp/bak 'arn:aws:s3:::bakstripe-sandbox/shop*.bak'"
        })
public final class InspectCommand implements Callable<Integer> {
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

    @Option(
            names = "--outside",
            description = "Ask no key service: of encrypted files show what they tell without their key.")
    private boolean outside;

    @Option(
            names = "--metadata",
            paramLabel = "FILE",
            description =
                    "User metadata of the one file of this host that is named: what aws s3api head-object prints.")
    private @Nullable Path metadata;

    @Option(
            names = "--keys",
            paramLabel = "FILE",
            description = "Key object of the one file of this host that is named. Default: its name and .keys.")
    private @Nullable Path keys;

    @Mixin
    private final OfflineOptions options = new OfflineOptions();

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() {
        boolean saved = metadata != null || keys != null;
        if (saved && (names.size() != 1 || names.get(0).startsWith("arn:"))) {
            throw new ParameterException(spec.commandLine(), "--metadata and --keys belong to one file of this host");
        }
        Beside beside = new Beside(Optional.ofNullable(metadata), Optional.ofNullable(keys));
        return OfflineCommand.run(spec, () -> {
            Optional<KeyArn> key = options.key();
            try (Places places = new Places(options::open, beside)) {
                List<Inspected> inspected = new ArrayList<>();
                for (String name : names) {
                    for (Places.Found found : places.find(name)) {
                        inspected.add(inspect(found, key));
                    }
                }
                return show(inspected);
            }
        });
    }

    private Inspected inspect(Places.Found found, Optional<KeyArn> key) throws IOException {
        Inspected inspected = new Inspected(found.name(), found.object().size());
        try {
            SealFacts facts = found.facts();
            inspected.isSealed(facts);
            if (outside && facts.mode() != Mode.PLAIN) {
                facts.problem().map(found::shown).ifPresent(inspected::fails);
            } else {
                look(found, facts, key, inspected);
            }
        } catch (BakstripeException refused) {
            inspected.fails(found.shown(refused.problem()));
        }
        return inspected;
    }

    private void look(Places.Found found, SealFacts facts, Optional<KeyArn> key, Inspected inspected)
            throws IOException {
        try (OpenedFiles opened = found.open(facts, key)) {
            StoredObject object = Waiting.on(() -> opened.head(found.object().file()))
                    .orElseThrow(() -> BackupError.FILE_CHANGED
                            .problem(found.object().file())
                            .asException());
            FileInspection inspection = new FileInspection(opened::read);
            FoundStripe stripe = inspection.ends(object);
            inspected.says(stripe);
            if (verify || files) {
                List<ManifestPage.Entry> manifest = new ArrayList<>();
                inspected.holds(inspection.contents(stripe, files ? manifest::add : entry -> {}), files, manifest);
            }
        }
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
        return wrong ? OfflineCommand.FAILED : OfflineCommand.OK;
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
