package io.bakstripe.node.extract;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.bakstripe.api.http.ApiJson;
import io.bakstripe.node.extract.Extraction.Extracted;
import io.bakstripe.node.offline.ByteBar;
import io.bakstripe.node.offline.OfflineCommand;
import io.bakstripe.node.offline.OfflineOptions;
import io.bakstripe.node.offline.OfflineStore;
import io.bakstripe.node.offline.Waiting;
import io.bakstripe.protocol.name.HostName;
import io.bakstripe.protocol.name.KeyArn;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.procedure.StopAt;
import io.bakstripe.protocol.stripe.SetFacts;
import io.bakstripe.worker.restore.FoundSet;
import io.bakstripe.worker.restore.SetExtraction;
import io.bakstripe.worker.restore.StoreSetFinder;
import io.bakstripe.worker.seal.OpenedFiles;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code bakstripe extract}: makes a data directory of backups, for a PostgreSQL that somebody starts on their own. */
@Command(
        name = "extract",
        mixinStandardHelpOptions = true,
        description = {
            "Makes a data directory of a full backup, or of one with its differentials and logs, without a node.",
            "The newest full backup that is named is taken, the newest differential of it, and the logs from there on.",
            "PostgreSQL rolls forward by itself when it is started first, with the version that was backed up."
        },
        footer = {
            "",
            "The store and the key service are those of --config or of the sandbox under --data (or BAKSTRIPE_SANDBOX),",
            "else of BAKSTRIPE_S3_* and the credentials that the AWS SDK finds by itself. Encrypted files open with the",
            "key that they name, or with --key. Run it as the user that is going to run PostgreSQL.",
            "",
            "Examples:",
            "  bakstripe extract 'arn:aws:s3:::bucket/shop*.bak' --to /srv/rescue",
            "  pg_ctl -D /srv/rescue/pgdata -o '-p 5433' -w start",
            "  bakstripe extract arn:aws:s3:::bucket/full.bak 'arn:aws:s3:::bucket/log*.bak' --to /srv/then \\",
            "      --to-time 2026-05-01T12:30:00Z"
        })
public final class ExtractCommand implements Callable<Integer> {
    /** In messages about the disk. */
    private static final HostName HERE = new HostName("this-host");

    @Parameters(
            arity = "1..*",
            paramLabel = "ARN",
            description = "Files of the backups; an asterisk matches, also those of many backups.")
    private List<String> names = List.of();

    @Option(
            names = "--to",
            required = true,
            paramLabel = "DIR",
            description = "A directory that is empty or not there; the data directory is pgdata in it.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path to;

    @Option(
            names = "--to-time",
            paramLabel = "TIME",
            description = "Leave out what was committed from then on; UTC unless it has an offset. Needs logs.")
    private @Nullable String toTime;

    @Option(names = "--json", description = "Print one JSON document, for scripts.")
    private boolean json;

    @Mixin
    private final OfflineOptions options = new OfflineOptions();

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() {
        return OfflineCommand.run(spec, () -> {
            Optional<Instant> moment = Optional.ofNullable(toTime).map(text -> new StopAt(text).in(ZoneOffset.UTC));
            List<S3Arn> arns = names.stream().map(S3Arn::parse).toList();
            Extracted made = extract(arns, options.key(), moment);
            spec.commandLine().getOut().println(json ? json(made) : text(made));
            return OfflineCommand.OK;
        });
    }

    private Extracted extract(List<S3Arn> arns, Optional<KeyArn> key, Optional<Instant> moment) throws IOException {
        PrintWriter err = spec.commandLine().getErr();
        try (OfflineStore store = options.open();
                ByteBar bar = new ByteBar(System.console() != null, err, "extracting")) {
            SetExtraction writer = new SetExtraction(store.system(), store.restore(), store.budget(), HERE);
            return new Extraction(writer, () -> store.files(key), new ExtractBar(bar))
                    .run(find(store, arns, key), to, moment);
        }
    }

    private static List<FoundSet> find(OfflineStore store, List<S3Arn> arns, Optional<KeyArn> key) {
        try (OpenedFiles files = store.files(key)) {
            return Waiting.on(() -> new StoreSetFinder(files, store.restore()).all(arns));
        }
    }

    private static String text(Extracted made) {
        StringBuilder text = new StringBuilder();
        for (SetFacts set : made.sets()) {
            text.append(
                    "%-13s%s of %s, log up to %s%n".formatted(set.type(), set.setId(), set.database(), set.lastLsn()));
        }
        String major = made.sets().get(0).start().engineVersion();
        return text.append("%-13s%s%n".formatted("end", made.end().position()))
                .append("Start it with PostgreSQL %s: pg_ctl -D '%s' -w start".formatted(major, made.data()))
                .toString();
    }

    private static String json(Extracted made) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("dataDirectory", made.data().toString());
        document.put("engineVersion", made.sets().get(0).start().engineVersion());
        document.put("end", made.end().position());
        document.put("stopped", made.end().stopped());
        document.put(
                "sets",
                made.sets().stream()
                        .map(set -> Map.of(
                                "setId",
                                set.setId(),
                                "type",
                                set.type(),
                                "lastLsn",
                                set.lastLsn(),
                                "files",
                                set.files()))
                        .toList());
        try {
            return ApiJson.strict().writerWithDefaultPrettyPrinter().writeValueAsString(document);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
