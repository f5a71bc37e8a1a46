package io.bakstripe.node.rewrap;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.bakstripe.api.http.ApiJson;
import io.bakstripe.node.offline.OfflineCommand;
import io.bakstripe.node.offline.OfflineStore;
import io.bakstripe.node.offline.StorePlace;
import io.bakstripe.protocol.name.KeyArn;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.worker.rewrap.KeyChange;
import io.bakstripe.worker.rewrap.Rewrap;
import io.bakstripe.worker.rewrap.Rewrapped;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code bakstripe rewrap}: gives backups that are stored another KMS key. */
@Command(
        name = "rewrap",
        mixinStandardHelpOptions = true,
        description = {
            "Changes which KMS keys open encrypted backups, without a node and without reading them whole.",
            "Files in the mode authenticated are not touched: only the small object <file>.keys is replaced. Files in the",
            "mode encryption-only are copied onto themselves inside the store, with other metadata.",
            "Where one of the files is refused none is changed. What was broken off is ended by the same command."
        },
        footer = {
            "",
            "The store and the key service are those of --config or of the sandbox under --data (or BAKSTRIPE_SANDBOX),",
            "else of BAKSTRIPE_S3_* and the credentials that the AWS SDK finds by itself. The data keys stay as they are:",
            "who has read the old wrapped keys and may use the old KMS key can open the files as before.",
            "",
            "Examples:",
            "  bakstripe rewrap 'arn:aws:s3:::bucket/shop*.bak' --key OLD-ARN --to-key NEW-ARN",
            "  bakstripe rewrap 'arn:aws:s3:::bucket/shop*.bak' --key OLD-ARN --to-key NEW-ARN --add",
            "  bakstripe rewrap 'arn:aws:s3:::bucket/shop*.bak' --key OLD-ARN --remove"
        })
public final class RewrapCommand implements Callable<Integer> {
    @Parameters(
            arity = "1..*",
            paramLabel = "ARN",
            description = "Files of the backups; an asterisk matches, also those of many backups.")
    private List<String> names = List.of();

    @Option(names = "--key", required = true, paramLabel = "ARN", description = "The KMS key that opens them now.")
    private String key = "";

    @Option(
            names = "--to-key",
            paramLabel = "ARN",
            description = {
                "The KMS key that opens them afterwards, in the place of --key.",
                "With --remove it may be left out, and has to open them already."
            })
    private @Nullable String toKey;

    @Option(names = "--add", description = "Let --to-key open them besides the others; authenticated files only.")
    private boolean add;

    @Option(
            names = "--remove",
            description =
                    "Take --key away, where another one opens the files; authenticated files only. The key is not used.")
    private boolean remove;

    @Option(names = "--json", description = "Print one JSON document, for scripts.")
    private boolean json;

    @Mixin
    private final StorePlace place = new StorePlace();

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() {
        return OfflineCommand.run(spec, () -> {
            KeyChange change = change();
            List<S3Arn> arns = names.stream().map(S3Arn::parse).toList();
            List<Rewrapped> done = new ArrayList<>();
            boolean complete = false;
            try {
                rewrap(arns, change, done);
                complete = true;
                return OfflineCommand.OK;
            } finally {
                print(done, complete);
            }
        });
    }

    private KeyChange change() {
        if (add && remove) {
            throw wrong("--add and --remove exclude each other");
        }
        if (toKey == null && !remove) {
            throw wrong("name the other key with --to-key");
        }
        KeyArn from = KeyArn.parse(key);
        Optional<KeyArn> to = Optional.ofNullable(toKey).map(KeyArn::parse);
        if (to.isPresent() && to.get().equals(from)) {
            throw wrong("--key and --to-key name the same key");
        }
        if (remove) {
            return new KeyChange.Remove(from, to);
        }
        return add ? new KeyChange.Add(from, to.orElseThrow()) : new KeyChange.Replace(from, to.orElseThrow());
    }

    private ParameterException wrong(String text) {
        return new ParameterException(spec.commandLine(), text);
    }

    private void rewrap(List<S3Arn> arns, KeyChange change, List<Rewrapped> done) throws IOException {
        try (OfflineStore store = place.open()) {
            new Rewrap(store.store(), store.rewriter(), store.keys(), store.blocking(), store.restore())
                    .run(arns, change, file -> {
                        done.add(file);
                        told(file);
                    });
        }
    }

    /** At once: a copy of a large file takes a while. */
    private void told(Rewrapped file) {
        if (!json) {
            PrintWriter out = spec.commandLine().getOut();
            out.printf(
                    "%-10s %s (%s) opens with %s%n",
                    file.changed() ? "changed" : "unchanged",
                    file.file(),
                    mode(file),
                    file.keys().stream().map(KeyArn::toString).collect(Collectors.joining(", ")));
            out.flush();
        }
    }

    private void print(List<Rewrapped> done, boolean complete) {
        if (json) {
            Map<String, Object> document = new LinkedHashMap<>();
            document.put("complete", complete);
            document.put("files", done.stream().map(RewrapCommand::document).toList());
            try {
                spec.commandLine()
                        .getOut()
                        .println(ApiJson.strict()
                                .writerWithDefaultPrettyPrinter()
                                .writeValueAsString(document));
            } catch (JsonProcessingException impossible) {
                throw new IllegalStateException(impossible);
            }
        }
    }

    private static Map<String, Object> document(Rewrapped file) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("file", file.file().toString());
        document.put("mode", mode(file));
        document.put("changed", file.changed());
        document.put("keys", file.keys().stream().map(KeyArn::toString).toList());
        return document;
    }

    private static String mode(Rewrapped file) {
        return file.mode().word();
    }
}
