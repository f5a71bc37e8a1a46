package io.bakstripe.worker.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The configuration that a managed server runs with, instead of the one that a backup brought: what that one says of addresses, archives, primaries,
 * libraries and subscriptions belongs to the source, which may be running on the same host.
 */
final class ServerConfiguration {
    private static final int FIRST_WITH_ARCHIVE_LIBRARY = 15;
    private static final Pattern NUMBER = Pattern.compile("\\d{1,9}");

    private final HostSettings settings;

    ServerConfiguration(HostSettings settings) {
        this.settings = settings;
    }

    /** Who may log in. */
    enum Access {
        /** Nobody: the server only rolls forward. */
        NOBODY,
        /** Everybody with a password, from the networks that the settings name. */
        WITH_PASSWORD
    }

    /**
     * Writes all three files anew.
     *
     * @param major the version that the server has
     * @param target how far it rolls forward if it is not open yet
     */
    void write(ServerDirectory directory, int major, Access access, RecoveryTarget target) throws IOException {
        LogSize log = LogSize.of(directory.data());
        Files.writeString(directory.configuration(), configuration(directory, major, log, target));
        Files.writeString(directory.accessRules(), accessRules(access));
        Files.writeString(directory.userMaps(), "");
    }

    /**
     * What goes on the command line, which wins over everything, even over what the database's owner sets later with ALTER SYSTEM.
     *
     * @param port where to listen
     */
    List<String> arguments(ServerDirectory directory, int port, Access access) {
        String listen = access == Access.NOBODY || settings.address().equals("127.0.0.1")
                ? "127.0.0.1"
                : "127.0.0.1," + settings.address();
        return List.of(
                "-D",
                directory.data().toString(),
                "-c",
                "config_file=" + directory.configuration(),
                "-c",
                "port=" + port,
                "-c",
                "listen_addresses=" + listen,
                "-c",
                "unix_socket_directories=");
    }

    private String configuration(ServerDirectory directory, int major, LogSize log, RecoveryTarget target) {
        Map<String, String> lines = new LinkedHashMap<>();
        lines.put("max_connections", "200");
        lines.put("max_locks_per_transaction", "128");
        lines.put("min_wal_size", log.least());
        lines.put("max_wal_size", log.most());
        lines.put("log_line_prefix", "%m [%p] ");
        lines.putAll(settings.serverSettings());
        // From here on nothing can be overruled.
        lines.put("hba_file", directory.accessRules().toString());
        lines.put("ident_file", directory.userMaps().toString());
        isolate(lines, major, target);
        lines.put("shared_preload_libraries", String.join(",", settings.preloadLibraries()));
        target.least().forEach((name, least) -> lines.merge(name, least.toString(), ServerConfiguration::larger));
        return "# Written by Bakstripe at every start; settings of your own go into bakstripe.worker.host.server-settings.\n"
                + text(lines);
    }

    /** What a restored server has whatever its source had, so that it disturbs nobody and its log is rolled forward as far as it is to be. */
    private static void isolate(Map<String, String> lines, int major, RecoveryTarget target) {
        lines.put("wal_level", "replica");
        lines.put("max_wal_senders", "10");
        lines.put("max_replication_slots", "10");
        // As many as any source had open: those that were prepared come back with the backup.
        lines.put("max_prepared_transactions", "200");
        lines.put("fsync", "on");
        lines.put("full_page_writes", "on");
        lines.put("password_encryption", "scram-sha-256");
        lines.putAll(target.settings());
        lines.put("recovery_target_timeline", "current");
        lines.put("archive_mode", "off");
        lines.put("archive_command", "");
        if (major >= FIRST_WITH_ARCHIVE_LIBRARY) {
            lines.put("archive_library", "");
        }
        lines.put("archive_cleanup_command", "");
        lines.put("recovery_end_command", "");
        lines.put("primary_conninfo", "");
        lines.put("primary_slot_name", "");
        lines.put("session_preload_libraries", "");
        lines.put("local_preload_libraries", "");
        // Subscriptions that came along would take changes away from the source's own.
        lines.put("max_logical_replication_workers", "0");
        lines.put("logging_collector", "off");
        lines.put("log_destination", "stderr");
        lines.put("lc_messages", "C");
    }

    /**
     * The configuration of a server that somebody else is going to run on their own; it speaks to this host only.
     *
     * @param major the version that the server has
     * @param target how far it rolls forward when it is started first
     */
    static String detached(LogSize log, int major, RecoveryTarget target) {
        Map<String, String> lines = new LinkedHashMap<>();
        lines.put("listen_addresses", "localhost");
        lines.put("max_connections", "200");
        lines.put("max_locks_per_transaction", "128");
        lines.put("min_wal_size", log.least());
        lines.put("max_wal_size", log.most());
        isolate(lines, major, target);
        lines.put("shared_preload_libraries", "");
        return "# Written by Bakstripe. What the source had is kept beside it, with .restored behind the names.\n"
                + text(lines);
    }

    private static String text(Map<String, String> lines) {
        return lines.entrySet().stream()
                .map(line -> line.getKey() + " = " + quote(line.getValue()))
                .collect(Collectors.joining("\n", "", "\n"));
    }

    private String accessRules(Access access) {
        if (access == Access.NOBODY) {
            return "host all all all reject\nhost replication all all reject\n";
        }
        return settings.clientNetworks().stream()
                .map(network -> "host all all " + network + " scram-sha-256\nhost replication all " + network
                        + " scram-sha-256\n")
                .collect(Collectors.joining());
    }

    /** The larger number; what is no number gives way. */
    private static String larger(String one, String other) {
        return NUMBER.matcher(one).matches() && Long.parseLong(one) > Long.parseLong(other) ? one : other;
    }

    private static String quote(String value) {
        return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'";
    }

    /**
     * Puts a data directory that a data backup was written into under our rule: settings changed by ALTER SYSTEM on the source are kept beside as
     * {@code postgresql.auto.conf.restored}, and {@code recovery.signal} makes the server roll forward and open. Safe to repeat until a server was started that
     * may open it; never to be repeated after that.
     */
    static void takeOver(Path data) throws IOException {
        Path automatic = data.resolve("postgresql.auto.conf");
        Path restored = data.resolve("postgresql.auto.conf.restored");
        if (Files.exists(automatic) && !Files.exists(restored)) {
            Files.move(automatic, restored);
        }
        Files.writeString(automatic, "");
        for (String stale : List.of(RecoverySignal.STANDBY, "postmaster.pid", "postmaster.opts")) {
            Files.deleteIfExists(data.resolve(stale));
        }
        Files.writeString(data.resolve(RecoverySignal.RECOVERY), "");
        Trees.sync(data.resolve(RecoverySignal.RECOVERY));
        Trees.sync(automatic);
        Trees.sync(data);
    }
}
