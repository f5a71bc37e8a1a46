package io.bakstripe.protocol.port;

import io.bakstripe.protocol.instance.ConfigurationRow;
import io.bakstripe.protocol.instance.KeptDatabase;
import io.bakstripe.protocol.instance.Login;
import io.bakstripe.protocol.instance.SnapshotInfo;
import io.bakstripe.protocol.message.RequestKey;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.InstanceName;
import io.bakstripe.protocol.name.SnapshotId;
import io.bakstripe.protocol.name.TaskId;
import io.bakstripe.protocol.procedure.TaskRequest;
import io.bakstripe.protocol.task.TaskRow;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** What the procedures of the reference do. Every stage fails with a {@code BakstripeException} that carries the answer to the caller. */
public interface Procedures {
    /**
     * Submits a call that becomes a task. When the stage completes the task is recorded; when it fails no task exists (after a time-out the
     * caller cannot know: the same key asks again safely).
     *
     * @param login who calls
     */
    CompletionStage<TaskRow> submit(InstanceName instance, TaskRequest request, Login login, Optional<RequestKey> key);

    /**
     * Asks for the end of a task that has not ended. When the stage completes the wish is recorded and the row shows it; a task that is behind its
     * commit point goes on to its end all the same, and says so. Fails for a task that is unknown, has ended, or opens a restored database.
     *
     * @param login who calls
     * @param key makes a call safe to repeat even after the task has ended
     */
    CompletionStage<TaskRow> cancel(InstanceName instance, TaskId task, Login login, Optional<RequestKey> key);

    /**
     * Removes a database that is RESTORING (row D1), or the one that is kept of a database that is ONLINE. When the stage completes nothing of it is left; it gives
     * the name as it was shown.
     *
     * @param login who calls
     */
    CompletionStage<DatabaseName> drop(InstanceName instance, DatabaseName database, Login login);

    /** Sets a configuration and answers with its row. */
    CompletionStage<List<ConfigurationRow>> setConfiguration(InstanceName instance, String name, String value);

    /** @param name absent for all configurations */
    CompletionStage<List<ConfigurationRow>> showConfiguration(InstanceName instance, Optional<String> name);

    /**
     * Restores a snapshot as a database of {@code target}, where it drops the databases that are partially restored first (row D2). As with {@link #submit} the
     * task is recorded when the stage completes, and nothing has happened when it fails.
     *
     * @param source the instance that the snapshot was taken of
     * @param database its new name; absent: the one that it had
     * @param login who calls
     */
    CompletionStage<TaskRow> restoreSnapshot(
            InstanceName source,
            SnapshotId snapshot,
            InstanceName target,
            Optional<DatabaseName> database,
            Login login,
            Optional<RequestKey> key);

    /**
     * Swaps a database that is ONLINE with the one that is kept since a restore replaced it. When the stage completes the other one is served, under the same
     * address, and this one is kept; it gives what is kept then.
     *
     * @param login who calls
     */
    CompletionStage<KeptDatabase> swapBack(InstanceName instance, DatabaseName database, Login login);

    /**
     * Takes a snapshot. When the stage completes it is recorded and will become available or fail; it fails for a database that is not ONLINE, of which a
     * snapshot is under way, or where there is no storage for snapshots.
     */
    CompletionStage<SnapshotInfo> takeSnapshot(InstanceName instance, DatabaseName database, Optional<RequestKey> key);

    /**
     * Deletes a snapshot. When the stage completes it is recorded that the snapshot goes, and it cannot be restored any more; its files go next. Fails for one
     * that is unknown or has not ended, and where snapshots may not be deleted. May be repeated.
     *
     * @param login who calls
     */
    CompletionStage<SnapshotInfo> deleteSnapshot(InstanceName instance, SnapshotId snapshot, Login login);
}
