package io.bakstripe.worker.host;

import io.bakstripe.protocol.name.Lsn;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How far a server rolls forward that is not yet open, and whether it can be read meanwhile. For a server that is open these settings have no meaning.
 *
 * @param settings by name
 * @param least smallest values of other settings
 */
record RecoveryTarget(Map<String, String> settings, Map<String, Integer> least) {
    private static final int FIRST_WITH_PREFETCH = 15;

    /** To the end of its backup, and open. */
    static RecoveryTarget endOfBackup() {
        return opening(Map.of("recovery_target", "immediate"));
    }

    /**
     * Through the record that begins here, and open. A server whose log ends before gives up instead of opening.
     *
     * @param lastRecord the last record of the log
     */
    static RecoveryTarget through(Lsn lastRecord) {
        return opening(Map.of("recovery_target_lsn", lastRecord.toString(), "recovery_target_inclusive", "on"));
    }

    /** Up to the record that begins here, without it, and open. */
    static RecoveryTarget before(Lsn stop) {
        return opening(Map.of("recovery_target_lsn", stop.toString(), "recovery_target_inclusive", "off"));
    }

    /**
     * To the end of the log that is there, to be read and not to open. No target is given for that: a server that reaches one opens when it cannot pause, or when it
     * is told to go on.
     *
     * @param major the server's version
     * @param asked a file, as a shell takes it relative to the data directory, to which the name of each segment is added that the server looks for
     */
    static RecoveryTarget readable(int major, ServerLimits limits, String asked) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("hot_standby", "on");
        settings.put("restore_command", "echo %f >> " + asked + "; false");
        // What the server asks for says how far it has come: it must not look ahead, and ask again soon.
        settings.put("wal_retrieve_retry_interval", "200ms");
        if (major >= FIRST_WITH_PREFETCH) {
            settings.put("recovery_prefetch", "off");
        }
        Map<String, Integer> least = new LinkedHashMap<>(limits.settings());
        least.values().removeIf(unknown -> unknown == 0);
        return new RecoveryTarget(settings, least);
    }

    private static RecoveryTarget opening(Map<String, String> target) {
        Map<String, String> settings = new LinkedHashMap<>(target);
        settings.put("hot_standby", "off");
        settings.put("restore_command", "false");
        settings.put("recovery_target_action", "promote");
        return new RecoveryTarget(settings, Map.of());
    }
}
