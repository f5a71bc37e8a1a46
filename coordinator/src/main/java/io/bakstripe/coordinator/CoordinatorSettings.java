package io.bakstripe.coordinator;

import com.typesafe.config.Config;
import io.bakstripe.coordinator.database.DatabaseSettings;
import io.bakstripe.coordinator.instance.InstanceSettings;
import io.bakstripe.coordinator.journal.JournalSettings;
import io.bakstripe.coordinator.retention.RetentionSettings;
import io.bakstripe.coordinator.status.StatusSettings;

/** All settings of this module; every key is explained in {@code reference.conf}. */
public record CoordinatorSettings(
        String role,
        InstanceSettings instance,
        DatabaseSettings database,
        StatusSettings status,
        JournalSettings journal,
        RetentionSettings retention) {

    /** Reads {@code coordinator} and {@code journal} of the configuration at {@code bakstripe}. */
    public static CoordinatorSettings from(Config bakstripe) {
        Config coordinator = bakstripe.getConfig("coordinator");
        return new CoordinatorSettings(
                coordinator.getString("role"),
                InstanceSettings.from(coordinator),
                DatabaseSettings.from(coordinator),
                StatusSettings.from(coordinator),
                JournalSettings.from(bakstripe.getConfig("journal")),
                RetentionSettings.from(coordinator));
    }
}
