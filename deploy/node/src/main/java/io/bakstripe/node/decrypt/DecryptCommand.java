package io.bakstripe.node.decrypt;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.bakstripe.api.http.ApiJson;
import io.bakstripe.node.decrypt.Decryption.Decrypted;
import io.bakstripe.node.offline.ByteBar;
import io.bakstripe.node.offline.OfflineCommand;
import io.bakstripe.node.offline.OfflineOptions;
import io.bakstripe.node.offline.Places;
import io.bakstripe.node.offline.Places.Beside;
import io.bakstripe.node.offline.Places.Found;
import io.bakstripe.protocol.name.KeyArn;
import java.io.IOException;
import java.nio.file.Path;
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

/** {@code bakstripe decrypt}: writes encrypted files as they would be without encryption. */
@Command(
        name = "decrypt",
        mixinStandardHelpOptions = true,
        description = {
            "Writes encrypted backup files as they would be without encryption, without a node.",
            "Every checksum is checked on the way. All files are written or none, and none is overwritten."
        },
        footer = {
            "",
            "The store and the key service are those of --config or of the sandbox under --data (or BAKSTRIPE_SANDBOX),",
            "else of BAKSTRIPE_S3_*, BAKSTRIPE_KMS_* and the credentials that the AWS SDK finds by itself.",
            "",
            "Examples:",
            "  bakstripe decrypt 'arn:aws:s3:::bucket/shop*.bak' --to /srv/plain",
            "  aws s3api head-object --bucket bucket --key shop.bak --query Metadata > shop.json",
            "  bakstripe decrypt shop.bak --metadata shop.json --to /srv/plain       # encryption-only",
            "  bakstripe decrypt shop.bak --to /srv/plain               # authenticated, shop.bak.keys beside it"
        })
public final class DecryptCommand implements Callable<Integer> {
    @Parameters(
            arity = "1..*",
            paramLabel = "FILE|ARN",
            description = "Files of this host, or ARNs; an asterisk matches.")
    private List<String> names = List.of();

    @Option(
            names = "--to",
            required = true,
            paramLabel = "DIR",
            description = "Where the files are written, under the names that they have; made if it is not there.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path to;

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

    @Option(names = "--json", description = "Print one JSON document, for scripts.")
    private boolean json;

    @Mixin
    private final OfflineOptions options = new OfflineOptions();

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() {
        boolean beside = metadata != null || keys != null;
        if (beside && (names.size() != 1 || names.get(0).startsWith("arn:"))) {
            throw new ParameterException(spec.commandLine(), "--metadata and --keys belong to one file of this host");
        }
        return OfflineCommand.run(spec, () -> {
            List<Decrypted> done = decrypt(options.key());
            spec.commandLine().getOut().println(json ? json(done) : text(done));
            return OfflineCommand.OK;
        });
    }

    private List<Decrypted> decrypt(Optional<KeyArn> key) throws IOException {
        Beside beside = new Beside(Optional.ofNullable(metadata), Optional.ofNullable(keys));
        try (Places places = new Places(options::open, beside);
                ByteBar bar =
                        new ByteBar(System.console() != null, spec.commandLine().getErr(), "decrypting")) {
            List<Found> files = new ArrayList<>();
            for (String name : names) {
                files.addAll(places.find(name));
            }
            return new Decryption(key, new Bar(bar)).run(files, to);
        }
    }

    private record Bar(ByteBar bar) implements Decryption.Progress {
        @Override
        public void begins(String name, long bytes) {
            bar.begins(name, bytes);
        }

        @Override
        public void written(long bytes) {
            bar.done(bytes);
        }
    }

    private static String text(List<Decrypted> files) {
        return files.stream()
                .map(file -> "%s, %d bytes: file %d of %d of set %s, was %s"
                        .formatted(
                                file.file(),
                                file.bytes(),
                                file.header().family(),
                                file.header().families(),
                                file.header().setId(),
                                file.mode().word()))
                .collect(Collectors.joining(System.lineSeparator()));
    }

    private static String json(List<Decrypted> files) {
        try {
            return ApiJson.strict()
                    .writerWithDefaultPrettyPrinter()
                    .writeValueAsString(Map.of(
                            "files", files.stream().map(DecryptCommand::json).toList()));
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static Map<String, Object> json(Decrypted file) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("file", file.from());
        document.put("decrypted", file.file().toString());
        document.put("bytes", file.bytes());
        document.put("mode", file.mode().word());
        document.put("header", file.header());
        return document;
    }
}
