package io.bakstripe.node.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigValueType;
import io.bakstripe.protocol.error.BakstripeException;
import io.bakstripe.protocol.instance.BackupOption;
import io.bakstripe.protocol.instance.DailyWindow;
import io.bakstripe.protocol.instance.DeclaredDatabase;
import io.bakstripe.protocol.instance.Edition;
import io.bakstripe.protocol.instance.InstanceDefinition;
import io.bakstripe.protocol.instance.InstanceEncryption;
import io.bakstripe.protocol.instance.RecoveryModel;
import io.bakstripe.protocol.instance.WeeklyWindow;
import io.bakstripe.protocol.instance.Windows;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.name.HostName;
import io.bakstripe.protocol.name.InstanceName;
import io.bakstripe.protocol.name.KeyArn;
import io.bakstripe.protocol.stripe.EncryptionMode;
import io.bakstripe.worker.engine.Credentials.Login;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The block {@code bakstripe.instances}: definitions, which may be recorded and sent, and the logins of declared databases, which stay on this
 * node.
 *
 * @param logins by database, of those with an address of their own
 */
public record InstanceDeclarations(List<InstanceDefinition> definitions, Map<DatabaseRef, Login> logins) {
    private static final Set<String> INSTANCE_KEYS = Set.of(
            "name",
            "engine",
            "edition",
            "region",
            "time-zone",
            "multi-az",
            "host",
            "databases",
            "backup-window",
            "maintenance-window",
            "option",
            "encryption");
    private static final Set<String> OPTION_KEYS = Set.of("role-arn");
    private static final Set<String> ENCRYPTION_KEYS = Set.of("mode", "additional-keys", "require-authenticated");
    private static final Set<String> DATABASE_KEYS = Set.of("name", "jdbc-url", "user", "password", "recovery-model");

    public InstanceDeclarations {
        definitions = List.copyOf(definitions);
        logins = Map.copyOf(logins);
    }

    /** The declaration of that instance. */
    public Optional<InstanceDefinition> definition(InstanceName name) {
        return definitions.stream().filter(known -> known.name().equals(name)).findFirst();
    }

    /**
     * Reads and checks the block; throws {@link ConfigException} that names the key at fault.
     *
     * @param instances the config at {@code bakstripe.instances}
     */
    public static InstanceDeclarations from(Config instances) {
        long revision = instances.getLong("revision");
        List<InstanceDefinition> definitions = new ArrayList<>();
        Map<DatabaseRef, Login> logins = new HashMap<>();
        for (Config block : instances.getConfigList("declared")) {
            refuseUnknown(block, INSTANCE_KEYS);
            InstanceDefinition definition = definition(block, revision, logins);
            if (definitions.stream().anyMatch(other -> other.name().equals(definition.name()))) {
                throw new ConfigException.BadValue(block.origin(), "name", definition.name() + " is declared twice");
            }
            definitions.add(definition);
        }
        return new InstanceDeclarations(definitions, logins);
    }

    private static InstanceDefinition definition(Config block, long revision, Map<DatabaseRef, Login> logins) {
        try {
            InstanceName name = new InstanceName(block.getString("name"));
            Optional<HostName> host = text(block, "host").map(HostName::new);
            List<DeclaredDatabase> databases = new ArrayList<>();
            if (block.hasPath("databases")) {
                for (Config database : block.getConfigList("databases")) {
                    refuseUnknown(database, DATABASE_KEYS);
                    databases.add(database(database, name, host, databases, logins));
                }
            }
            String engine = text(block, "engine").orElse("postgresql");
            String zone = text(block, "time-zone").orElse("UTC");
            return new InstanceDefinition(
                    name,
                    revision,
                    engine,
                    Edition.ofName(text(block, "edition").orElse("Enterprise")),
                    text(block, "region").orElse("us-east-1"),
                    ZoneId.of(zone).getId(),
                    block.hasPath("multi-az") && block.getBoolean("multi-az"),
                    host,
                    databases,
                    new Windows(
                            text(block, "backup-window").map(DailyWindow::parse),
                            text(block, "maintenance-window").map(WeeklyWindow::parse)),
                    option(block),
                    encryption(block));
        } catch (BakstripeException malformed) {
            throw new ConfigException.BadValue(
                    block.origin(), "instances", malformed.problem().detail(), malformed);
        } catch (DateTimeException | IllegalArgumentException malformed) {
            throw new ConfigException.BadValue(block.origin(), "instances", malformed.getMessage(), malformed);
        }
    }

    private static Optional<BackupOption> option(Config block) {
        if (!block.hasPath("option")) {
            return Optional.of(BackupOption.DEFAULT);
        }
        if (block.getValue("option").valueType() == ConfigValueType.STRING) {
            if (block.getString("option").equals("none")) {
                return Optional.empty();
            }
            throw new ConfigException.BadValue(block.origin(), "option", "write none, or { role-arn = ... }");
        }
        Config option = block.getConfig("option");
        refuseUnknown(option, OPTION_KEYS);
        return Optional.of(new BackupOption(text(option, "role-arn")));
    }

    private static InstanceEncryption encryption(Config block) {
        if (!block.hasPath("encryption")) {
            return InstanceEncryption.DEFAULT;
        }
        Config encryption = block.getConfig("encryption");
        refuseUnknown(encryption, ENCRYPTION_KEYS);
        String mode = text(encryption, "mode").orElse(InstanceEncryption.DEFAULT.mode().word());
        return new InstanceEncryption(
                EncryptionMode.ofWord(mode)
                        .orElseThrow(() -> new ConfigException.BadValue(
                                encryption.origin(), "mode", "write encryption-only or authenticated, not " + mode)),
                encryption.hasPath("additional-keys")
                        ? encryption.getStringList("additional-keys").stream()
                                .map(KeyArn::parse)
                                .toList()
                        : List.of(),
                encryption.hasPath("require-authenticated") && encryption.getBoolean("require-authenticated"));
    }

    private static DeclaredDatabase database(
            Config block,
            InstanceName instance,
            Optional<HostName> host,
            List<DeclaredDatabase> before,
            Map<DatabaseRef, Login> logins) {
        DatabaseName name = new DatabaseName(block.getString("name"));
        if (before.stream().anyMatch(other -> other.name().sameDatabaseAs(name))) {
            throw new ConfigException.BadValue(block.origin(), "name", name + " is declared twice");
        }
        Optional<String> jdbcUrl = text(block, "jdbc-url");
        if (jdbcUrl.isPresent()) {
            if (jdbcUrl.get().matches("(?i).*[?&](user|password)=.*")) {
                throw new ConfigException.BadValue(
                        block.origin(), "jdbc-url", "give user and password as keys of their own, not in the address");
            }
            logins.put(DatabaseRef.of(instance, name), new Login(required(block, "user"), required(block, "password")));
        } else if (host.isEmpty()) {
            throw new ConfigException.Missing(
                    block.origin(),
                    "jdbc-url (instance " + instance + " has no host, so it cannot manage " + name + ")");
        }
        RecoveryModel model = RecoveryModel.valueOf(
                text(block, "recovery-model").orElse("simple").toUpperCase(Locale.ROOT));
        return new DeclaredDatabase(name, jdbcUrl, model);
    }

    private static Optional<String> text(Config block, String key) {
        return block.hasPath(key) ? Optional.of(block.getString(key)) : Optional.empty();
    }

    /** With an unset variable behind it a key is not there at all, which nobody expects who sees it in the file. */
    private static String required(Config block, String key) {
        return text(block, key)
                .orElseThrow(() -> new ConfigException.BadValue(
                        block.origin(),
                        key,
                        "it is missing, or refers to an environment variable that is not set, as ${?NAME} does"));
    }

    private static void refuseUnknown(Config block, Set<String> known) {
        block.root().keySet().stream()
                .filter(key -> !known.contains(key))
                .findFirst()
                .ifPresent(key -> {
                    throw new ConfigException.BadValue(block.origin(), key, "not a known key; known are " + known);
                });
    }
}
