package io.bakstripe.api.http;

import io.bakstripe.api.sql.msdb.BackupSetQuery;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.instance.BackupSetInfo;
import io.bakstripe.protocol.instance.DatabaseInfo;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.InstanceName;
import io.bakstripe.protocol.port.InstanceQueries;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;

/** Answers queries of {@code msdb.dbo.backupset} from what the databases of an instance know of their backups. */
final class BackupHistory {
    private final InstanceQueries instances;

    BackupHistory(InstanceQueries instances) {
        this.instances = instances;
    }

    /** The rows of the answer; fails when a database that exists does not answer. */
    CompletionStage<Rows> rows(InstanceName instance, BackupSetQuery query) {
        CompletionStage<List<DatabaseName>> asked = query.database()
                .<CompletionStage<List<DatabaseName>>>map(name -> CompletableFuture.completedFuture(List.of(name)))
                .orElseGet(() -> instances
                        .databases(instance)
                        .thenApply(all -> all.stream().map(DatabaseInfo::name).toList()));
        return asked.thenCompose(names -> sets(instance, names)).thenApply(sets -> new Rows(query.over(sets)));
    }

    private CompletionStage<List<BackupSetInfo>> sets(InstanceName instance, List<DatabaseName> names) {
        CompletionStage<List<BackupSetInfo>> sets = CompletableFuture.completedFuture(List.of());
        for (DatabaseName name : names) {
            sets = sets.thenCombine(
                    known(instance, name),
                    (before, more) ->
                            Stream.concat(before.stream(), more.stream()).toList());
        }
        return sets;
    }

    /** A database that does not exist, perhaps not any more, has no backups. */
    private CompletionStage<List<BackupSetInfo>> known(InstanceName instance, DatabaseName name) {
        return instances
                .backupSets(instance, name)
                .handle((sets, failure) -> {
                    if (failure == null) {
                        return CompletableFuture.completedFuture(sets);
                    }
                    return Problem.of(failure).error() == BackupError.DATABASE_UNKNOWN
                            ? CompletableFuture.completedFuture(List.<BackupSetInfo>of())
                            : CompletableFuture.<List<BackupSetInfo>>failedFuture(failure);
                })
                .thenCompose(answered -> answered);
    }
}
