package io.bakstripe.api.http;

import io.bakstripe.protocol.instance.BackupOption;
import io.bakstripe.protocol.instance.Edition;
import io.bakstripe.protocol.instance.InstanceDefinition;
import io.bakstripe.protocol.instance.InstanceEncryption;
import io.bakstripe.protocol.instance.InstanceView;
import io.bakstripe.protocol.instance.Windows;
import io.bakstripe.protocol.name.HostName;
import io.bakstripe.protocol.name.InstanceName;
import java.util.Map;
import java.util.Optional;

/**
 * An instance as {@code GET /instances/{i}} shows it.
 *
 * @param managed whether it runs servers, so that databases can be restored to it
 * @param windows in UTC, as they are declared
 * @param options by name, with their settings; empty for an instance without the option for backups
 * @param encryption of the files of its backups, as it is declared
 * @param configuration the switches of {@code rds_set_configuration}
 */
record InstanceDocument(
        InstanceName name,
        long revision,
        String engine,
        Edition edition,
        String region,
        String timeZone,
        boolean multiAz,
        boolean managed,
        Optional<HostName> host,
        Windows windows,
        Map<String, BackupOption> options,
        InstanceEncryption encryption,
        Map<String, Boolean> configuration) {

    static InstanceDocument of(InstanceView view) {
        InstanceDefinition definition = view.definition();
        return new InstanceDocument(
                definition.name(),
                definition.revision(),
                definition.engine(),
                definition.edition(),
                definition.region(),
                definition.timeZone(),
                definition.multiAz(),
                definition.host().isPresent(),
                definition.host(),
                definition.windows(),
                definition
                        .option()
                        .map(option -> Map.of("SQLSERVER_BACKUP_RESTORE", option))
                        .orElse(Map.of()),
                definition.encryption(),
                Map.of("S3 backup compression", view.compression()));
    }
}
