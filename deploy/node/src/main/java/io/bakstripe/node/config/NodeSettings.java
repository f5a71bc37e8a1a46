package io.bakstripe.node.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import io.bakstripe.protocol.error.BakstripeException;
import io.bakstripe.protocol.name.HostName;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The block {@code bakstripe.node}; see {@code reference.conf} for each key.
 *
 * @param data the node's folder, absolute
 */
public record NodeSettings(
        String host, int port, List<String> seeds, List<String> roles, Optional<HostName> hostName, Path data) {
    private static final Set<String> ROLES = Set.of("coordinator", "worker", "api");

    public NodeSettings {
        seeds = List.copyOf(seeds);
        roles = List.copyOf(roles);
        if (!ROLES.containsAll(roles) || roles.isEmpty()) {
            throw new IllegalArgumentException("bakstripe.node.roles must be any of " + ROLES + ", not " + roles);
        }
        if (port < 0 || port > 65535) {
            throw new IllegalArgumentException("bakstripe.node.port must be from 0 to 65535, not " + port);
        }
    }

    /**
     * Reads the block; throws {@link ConfigException} for what is out of range.
     *
     * @param node the config at {@code bakstripe.node}
     */
    public static NodeSettings from(Config node) {
        String hostName = node.getString("host-name");
        try {
            return new NodeSettings(
                    node.getString("host"),
                    node.getInt("port"),
                    node.getStringList("seeds"),
                    node.getStringList("roles"),
                    hostName.isEmpty() ? Optional.empty() : Optional.of(new HostName(hostName)),
                    Path.of(node.getString("data")).toAbsolutePath().normalize());
        } catch (IllegalArgumentException | BakstripeException outOfRange) {
            throw new ConfigException.Generic(String.valueOf(outOfRange.getMessage()), outOfRange);
        }
    }

    public boolean has(String role) {
        return roles.contains(role);
    }
}
