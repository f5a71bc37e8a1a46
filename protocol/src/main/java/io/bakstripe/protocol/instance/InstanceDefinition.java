package io.bakstripe.protocol.instance;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.HostName;
import io.bakstripe.protocol.name.InstanceName;
import java.util.List;
import java.util.Optional;

/**
 * An instance as the configuration declares it; holds no secrets, so it may stand in events and messages.
 *
 * @param revision of the configuration block that declared it; the highest one holds
 * @param engine for example {@code postgresql}
 * @param region the AWS region that its buckets must be in (row L1)
 * @param timeZone an IANA zone
 * @param host the host that runs its managed databases and takes its restores; absent when the instance only knows databases
 * @param databases those that are declared; databases made by restores are not among them
 * @param windows in UTC; definitions that were recorded before there were windows have none
 * @param option SQLSERVER_BACKUP_RESTORE; definitions that were recorded before it was declared have it, without a role
 * @param encryption of the files of its backups; definitions that were recorded before it was declared have the default
 */
public record InstanceDefinition(
        InstanceName name,
        long revision,
        String engine,
        Edition edition,
        String region,
        String timeZone,
        boolean multiAz,
        Optional<HostName> host,
        List<DeclaredDatabase> databases,

        @JsonInclude(value = JsonInclude.Include.CUSTOM, valueFilter = Windows.Unset.class)
        Windows windows,

        @JsonInclude(value = JsonInclude.Include.CUSTOM, valueFilter = BackupOption.Unset.class)
        @JsonSerialize(using = BackupOption.Writer.class)
        @JsonDeserialize(using = BackupOption.Reader.class)
        Optional<BackupOption> option,

        @JsonInclude(value = JsonInclude.Include.CUSTOM, valueFilter = InstanceEncryption.Unset.class)
        InstanceEncryption encryption) {

    public InstanceDefinition {
        databases = List.copyOf(databases);
        windows = windows == null ? Windows.none() : windows;
        encryption = encryption == null ? InstanceEncryption.DEFAULT : encryption;
    }

    /** With encryption as it is by default. */
    @JsonCreator(mode = JsonCreator.Mode.DISABLED)
    public InstanceDefinition(
            InstanceName name,
            long revision,
            String engine,
            Edition edition,
            String region,
            String timeZone,
            boolean multiAz,
            Optional<HostName> host,
            List<DeclaredDatabase> databases,
            Windows windows,
            Optional<BackupOption> option) {
        this(
                name,
                revision,
                engine,
                edition,
                region,
                timeZone,
                multiAz,
                host,
                databases,
                windows,
                option,
                InstanceEncryption.DEFAULT);
    }

    /** Without windows, and with the option as it is by default. */
    @JsonCreator(mode = JsonCreator.Mode.DISABLED)
    public InstanceDefinition(
            InstanceName name,
            long revision,
            String engine,
            Edition edition,
            String region,
            String timeZone,
            boolean multiAz,
            Optional<HostName> host,
            List<DeclaredDatabase> databases) {
        this(
                name,
                revision,
                engine,
                edition,
                region,
                timeZone,
                multiAz,
                host,
                databases,
                Windows.none(),
                Optional.of(BackupOption.DEFAULT));
    }

    /** The declared database of that name, in any case or accent. */
    public Optional<DeclaredDatabase> database(String folded) {
        return databases.stream()
                .filter(database -> database.name().folded().equals(folded))
                .findFirst();
    }

    public Optional<DeclaredDatabase> database(DatabaseName name) {
        return database(name.folded());
    }
}
