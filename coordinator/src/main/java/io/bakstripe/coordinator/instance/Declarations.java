package io.bakstripe.coordinator.instance;

import io.bakstripe.protocol.instance.BackupOption;
import io.bakstripe.protocol.instance.DeclaredDatabase;
import io.bakstripe.protocol.instance.InstanceDefinition;
import io.bakstripe.protocol.instance.InstanceEncryption;
import io.bakstripe.protocol.message.InstanceCommand.DeclareReply;
import io.bakstripe.protocol.name.HostName;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Compares what a node declares of an instance with what is recorded. The parts are named as their keys in the configuration (docs/configuration.md).
 *
 * <p>Other content with the recorded revision is told, not refused: during a roll-out nodes may well start with the former text, and what is recorded holds for all
 * of them.
 */
public final class Declarations {
    private Declarations() {}

    /** The answer to a declaration that changes nothing, because what is recorded has its revision or a higher one; empty when it is to be recorded. */
    static Optional<DeclareReply> held(InstanceRecord state, InstanceDefinition declared) {
        return state.definition()
                .filter(recorded -> recorded.revision() >= declared.revision())
                .map(recorded -> recorded.revision() == declared.revision()
                        ? new DeclareReply(recorded.revision(), true, differences(recorded, declared))
                        : new DeclareReply(recorded.revision(), false));
    }

    /** What the log of a node says that declared other content with the recorded revision. */
    public static String warning(InstanceDefinition declared, List<String> differences) {
        return ("instance '%s' is declared with revision %d, which is recorded with other content: %s. What is recorded holds and the change is not applied; raise"
                        + " bakstripe.instances.revision to apply it")
                .formatted(declared.name(), declared.revision(), String.join(", ", differences));
    }

    /** Each part that differs, with both values; the order of the databases counts for nothing. */
    static List<String> differences(InstanceDefinition recorded, InstanceDefinition declared) {
        List<String> found = new ArrayList<>();
        compare(found, "engine", recorded.engine(), declared.engine());
        compare(
                found,
                "edition",
                recorded.edition().displayName(),
                declared.edition().displayName());
        compare(found, "region", recorded.region(), declared.region());
        compare(found, "time-zone", recorded.timeZone(), declared.timeZone());
        compare(found, "multi-az", recorded.multiAz(), declared.multiAz());
        compare(
                found,
                "backup-window",
                shown(recorded.windows().backup()),
                shown(declared.windows().backup()));
        compare(
                found,
                "maintenance-window",
                shown(recorded.windows().maintenance()),
                shown(declared.windows().maintenance()));
        compare(found, "option", option(recorded.option()), option(declared.option()));
        encryption(found, recorded.encryption(), declared.encryption());
        compare(
                found,
                "host",
                shown(recorded.host().map(HostName::value)),
                shown(declared.host().map(HostName::value)));
        databases(found, byName(recorded), byName(declared));
        return List.copyOf(found);
    }

    private static void encryption(List<String> found, InstanceEncryption recorded, InstanceEncryption declared) {
        compare(
                found,
                "encryption.mode",
                recorded.mode().word(),
                declared.mode().word());
        compare(found, "encryption.additional-keys", recorded.additionalKeys(), declared.additionalKeys());
        compare(
                found,
                "encryption.require-authenticated",
                recorded.requireAuthenticated(),
                declared.requireAuthenticated());
    }

    private static void databases(
            List<String> found, Map<String, DeclaredDatabase> recorded, Map<String, DeclaredDatabase> declared) {
        recorded.forEach((folded, known) -> {
            String name = "database '" + known.name() + "'";
            DeclaredDatabase other = declared.get(folded);
            if (other == null) {
                found.add(name + " (recorded, not declared)");
                return;
            }
            compare(found, name + " name", known.name(), other.name());
            compare(found, name + " jdbc-url", shown(known.jdbcUrl()), shown(other.jdbcUrl()));
            compare(
                    found,
                    name + " recovery-model",
                    known.recoveryModel().name().toLowerCase(Locale.ROOT),
                    other.recoveryModel().name().toLowerCase(Locale.ROOT));
        });
        declared.forEach((folded, other) -> {
            if (!recorded.containsKey(folded)) {
                found.add("database '" + other.name() + "' (declared, not recorded)");
            }
        });
    }

    private static Map<String, DeclaredDatabase> byName(InstanceDefinition definition) {
        Map<String, DeclaredDatabase> found = new TreeMap<>();
        definition.databases().forEach(database -> found.put(database.name().folded(), database));
        return found;
    }

    private static void compare(List<String> found, String part, Object recorded, Object declared) {
        if (!Objects.equals(recorded, declared)) {
            found.add("%s (recorded %s, declared %s)".formatted(part, recorded, declared));
        }
    }

    private static String option(Optional<BackupOption> option) {
        return option.map(present -> present.roleArn().orElse("without a role")).orElse("none");
    }

    private static String shown(Optional<?> value) {
        return value.map(Object::toString).orElse("none");
    }
}
