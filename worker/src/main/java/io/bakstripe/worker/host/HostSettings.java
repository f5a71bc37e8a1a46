package io.bakstripe.worker.host;

import com.typesafe.config.Config;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * How managed servers are run; {@code bakstripe.worker.host} in {@code reference.conf} explains each value.
 *
 * @param binaries a directory with {@code bin/postgres}; the embedded PostgreSQL when empty
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
        Optional<Path> binaries,
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
                Optional.of(config.getString("binaries"))
                        .filter(text -> !text.isBlank())
                        .map(Path::of),
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

    private static void require(boolean valid, String key, Object value) {
        if (!valid) {
            throw new IllegalArgumentException("host." + key + " is not valid: " + value);
        }
    }
}
