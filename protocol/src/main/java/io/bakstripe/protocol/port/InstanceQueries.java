package io.bakstripe.protocol.port;

import io.bakstripe.protocol.instance.BackupSetInfo;
import io.bakstripe.protocol.instance.DatabaseInfo;
import io.bakstripe.protocol.instance.InstanceDefinition;
import io.bakstripe.protocol.instance.InstanceView;
import io.bakstripe.protocol.instance.SnapshotInfo;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.InstanceName;
import io.bakstripe.protocol.readiness.Readiness;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Instances and their databases. */
public interface InstanceQueries {
    /** The instances that this node's configuration declares, by name. */
    List<InstanceDefinition> declared();

    /** One instance as it stands; fails when it is not registered. */
    CompletionStage<InstanceView> instance(InstanceName name);

    /** Its databases by name; those that do not exist (any more) are left out. */
    CompletionStage<List<DatabaseInfo>> databases(InstanceName name);

    /** One database; fails when it does not exist. */
    CompletionStage<DatabaseInfo> database(InstanceName name, DatabaseName database);

    /** What is known of a database's backups, newest first; fails when the database does not exist. */
    CompletionStage<List<BackupSetInfo>> backupSets(InstanceName name, DatabaseName database);

    /** Examines one database now; fails when it does not exist. What keeps the examination from its server is a finding, too. */
    CompletionStage<Readiness> readiness(InstanceName name, DatabaseName database);

    /** The snapshots of its databases, newest first; those of databases that do not exist any more included. */
    CompletionStage<List<SnapshotInfo>> snapshots(InstanceName name);
}
