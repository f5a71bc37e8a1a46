package io.bakstripe.node.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import io.bakstripe.coordinator.journal.Journal;
import io.bakstripe.coordinator.journal.JournalSettings;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** How a node's configuration comes together: options over the file over {@code application.conf} over every module's {@code reference.conf}. */
public final class ConfigFile {
    private ConfigFile() {}

    /**
     * Loads and resolves the configuration.
     *
     * @param file given by the user; a file that is missing, is no HOCON, or holds an unknown key under {@code bakstripe} throws {@link
     *     ConfigException}
     * @param options values from the command line, by path
     */
    public static Config load(Optional<Path> file, Map<String, ?> options) {
        Config reference = ConfigFactory.defaultReferenceUnresolved();
        Config given = file.map(path -> ConfigFactory.parseFile(
                        path.toFile(), ConfigParseOptions.defaults().setAllowMissing(false)))
                .orElse(ConfigFactory.empty());
        refuseUnknown(given, reference);
        Config layers = ConfigFactory.defaultOverrides()
                .withFallback(ConfigFactory.parseMap(options, "command line"))
                .withFallback(given)
                .withFallback(ConfigFactory.parseResources("application.conf"));
        Config first = layers.withFallback(reference).resolve();
        if (first.getString("bakstripe.journal.url").isBlank()) {
            Path data = NodeSettings.from(first.getConfig("bakstripe.node")).data();
            layers = ConfigFactory.parseMap(
                            Map.of("bakstripe.journal.url", JournalSettings.h2Url(data)), "embedded journal")
                    .withFallback(layers);
        }
        // Resolved last, so that a value in one layer may refer to a key of another.
        return Journal.configuration(layers);
    }

    private static void refuseUnknown(Config given, Config reference) {
        if (!given.hasPath("bakstripe")) {
            return;
        }
        Config known = reference.resolve();
        given.getConfig("bakstripe").entrySet().forEach(entry -> {
            String path = "bakstripe." + entry.getKey();
            if (!known.hasPathOrNull(path)) {
                throw new ConfigException.BadValue(entry.getValue().origin(), path, "not a known key");
            }
        });
    }
}
