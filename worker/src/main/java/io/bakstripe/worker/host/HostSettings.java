package io.bakstripe.worker.host;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigValueType;
import java.io.File;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * How managed servers are run; {@code bakstripe.worker.host} in {@code reference.conf} explains each value.
 *
 * @param binaries directories with {@code bin/postgres}, besides the embedded PostgreSQL
 * @param address where servers listen and where clients are sent
 * @param clientNetworks in CIDR notation, for {@code pg_hba.conf}
 * @param firstPort of the range that servers get their ports from
 * @param lastPort of that range
 * @param startTimeout from the start of a server until it is open, roll forward included
 * @param stopTimeout for a fast stop, before a server is cut off
 * @param stopServersOnShutdown whether a clean end of the node stops its servers
 * @param preloadLibraries the only ones that servers load at start
 * @param serverSettings further settings for every server; none of them can undo its isolation
 */
public record HostSettings(
        List<Path> binaries,
        String address,
        List<String> clientNetworks,
        int firstPort,
        int lastPort,
        Duration startTimeout,
        Duration stopTimeout,
        boolean stopServersOnShutdown,
        List<String> preloadLibraries,
        Map<String, String> serverSettings) {
    private static final Pattern SETTING_NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_.]*");
    private static final Pattern NETWORK = Pattern.compile("[0-9A-Fa-f.:]+/\\d{1,3}");
    private static final Pattern LIBRARY = Pattern.compile("[A-Za-z0-9_$-]+");

    public HostSettings {
        binaries = List.copyOf(binaries);
        clientNetworks = List.copyOf(clientNetworks);
        preloadLibraries = List.copyOf(preloadLibraries);
        serverSettings = Map.copyOf(new TreeMap<>(serverSettings));
        require(firstPort > 0 && lastPort < 65_536 && firstPort <= lastPort, "ports", firstPort + "-" + lastPort);
        require(!startTimeout.isNegative() && !startTimeout.isZero(), "start-timeout", startTimeout);
        require(!stopTimeout.isNegative() && !stopTimeout.isZero(), "stop-timeout", stopTimeout);
        require(!address.isBlank() && !address.contains("'"), "address", address);
        clientNetworks.forEach(network -> require(NETWORK.matcher(network).matches(), "client-networks", network));
        preloadLibraries.forEach(library -> require(LIBRARY.matcher(library).matches(), "preload-libraries", library));
        serverSettings.forEach((name, value) ->
                require(SETTING_NAME.matcher(name).matches() && value.indexOf('\n') < 0, "server-settings", name));
    }

    /** Reads the section {@code host} of {@code bakstripe.worker}. */
    public static HostSettings from(Config worker) {
        Config config = worker.getConfig("host");
        Map<String, String> serverSettings = new TreeMap<>();
        config.getConfig("server-settings")
                .entrySet()
                .forEach(entry -> serverSettings.put(
                        entry.getKey().replace("\"", ""),
                        entry.getValue().unwrapped().toString()));
        return new HostSettings(
                binaries(config),
                config.getString("address"),
                config.getStringList("client-networks"),
                config.getInt("first-port"),
                config.getInt("last-port"),
                config.getDuration("start-timeout"),
                config.getDuration("stop-timeout"),
                config.getBoolean("stop-servers-on-shutdown"),
                config.getStringList("preload-libraries"),
                serverSettings);
    }

    /** A list, or a text as an environment variable has it. */
    private static List<Path> binaries(Config config) {
        Stream<String> directories = config.getValue("binaries").valueType() == ConfigValueType.LIST
                ? config.getStringList("binaries").stream()
                : Stream.of(config.getString("binaries").split(File.pathSeparator));
        return directories
                .map(String::strip)
                .filter(directory -> !directory.isEmpty())
                .map(Path::of)
                .toList();
    }

    private static void require(boolean valid, String key, Object value) {
        if (!valid) {
            throw new IllegalArgumentException("host." + key + " is not valid: " + value);
        }
    }
}
