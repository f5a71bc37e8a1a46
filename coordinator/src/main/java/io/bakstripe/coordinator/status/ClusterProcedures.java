package io.bakstripe.coordinator.status;

import io.bakstripe.coordinator.peers.Peers;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.instance.ConfigurationRow;
import io.bakstripe.protocol.instance.KeptDatabase;
import io.bakstripe.protocol.instance.Login;
import io.bakstripe.protocol.instance.SnapshotInfo;
import io.bakstripe.protocol.message.CancelReply;
import io.bakstripe.protocol.message.DropReply;
import io.bakstripe.protocol.message.InstanceCommand;
import io.bakstripe.protocol.message.InstanceCommand.Cancel;
import io.bakstripe.protocol.message.InstanceCommand.ConfigurationReply;
import io.bakstripe.protocol.message.InstanceCommand.Drop;
import io.bakstripe.protocol.message.InstanceCommand.SetConfiguration;
import io.bakstripe.protocol.message.InstanceCommand.ShowConfiguration;
import io.bakstripe.protocol.message.InstanceCommand.Submit;
import io.bakstripe.protocol.message.InstanceCommand.SwapBack;
import io.bakstripe.protocol.message.InstanceCommand.TakeSnapshot;
import io.bakstripe.protocol.message.RequestKey;
import io.bakstripe.protocol.message.SnapshotReply;
import io.bakstripe.protocol.message.SubmitReply;
import io.bakstripe.protocol.message.SwapReply;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.InstanceName;
import io.bakstripe.protocol.name.SnapshotId;
import io.bakstripe.protocol.name.TaskId;
import io.bakstripe.protocol.port.Procedures;
import io.bakstripe.protocol.port.TaskQueries;
import io.bakstripe.protocol.procedure.RestoreRequest;
import io.bakstripe.protocol.procedure.TaskRequest;
import io.bakstripe.protocol.task.TaskRow;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Hands the procedures' calls to the instance's coordinator. */
final class ClusterProcedures implements Procedures {
    private final Questions questions;
    private final Peers peers;
    private final TaskQueries tasks;
    private final StatusSettings settings;
    private final SnapshotLookup snapshots;

    ClusterProcedures(Questions questions, Peers peers, TaskQueries tasks, StatusSettings settings) {
        this.questions = questions;
        this.peers = peers;
        this.tasks = tasks;
        this.settings = settings;
        this.snapshots = new SnapshotLookup(questions, peers, settings);
    }

    @Override
    public CompletionStage<TaskRow> submit(
            InstanceName instance, TaskRequest request, Login login, Optional<RequestKey> key) {
        return questions
                .known(instance)
                .thenCompose(known -> questions.<InstanceCommand, SubmitReply>ask(
                        peers.instance(known),
                        replyTo -> new Submit(request, login, key, replyTo),
                        settings.submitLimit(),
                        "the coordinator of database '" + request.database() + "'"))
                .thenApply(ClusterProcedures::row);
    }

    @Override
    public CompletionStage<TaskRow> cancel(InstanceName instance, TaskId task, Login login, Optional<RequestKey> key) {
        return questions
                .known(instance)
                .thenCompose(known -> questions.<InstanceCommand, CancelReply>ask(
                        peers.instance(known),
                        replyTo -> new Cancel(task, login, key, replyTo),
                        settings.askLimit(),
                        "the coordinator of task " + task))
                .thenCompose(reply -> cancelled(reply, instance, task));
    }

    private CompletionStage<TaskRow> cancelled(CancelReply reply, InstanceName instance, TaskId task) {
        if (reply instanceof CancelReply.Accepted accepted) {
            return CompletableFuture.completedFuture(accepted.row());
        } else if (reply instanceof CancelReply.Refused refused) {
            return CompletableFuture.failedFuture(refused.problem().asException());
        }
        // Whoever the coordinators do not know ended long ago, or never was.
        return tasks.task(instance, task).thenApply(ended -> {
            throw BackupError.TASK_ENDED.problem(task, ended.row().lifecycle()).asException();
        });
    }

    @Override
    public CompletionStage<DatabaseName> drop(InstanceName instance, DatabaseName database, Login login) {
        return questions
                .known(instance)
                .thenCompose(known -> questions.<InstanceCommand, DropReply>ask(
                        peers.instance(known),
                        replyTo -> new Drop(database, login, replyTo),
                        settings.dropLimit(),
                        "the coordinator of database '" + database + "'"))
                .thenApply(reply -> {
                    if (reply instanceof DropReply.Refused refused) {
                        throw refused.problem().asException();
                    }
                    return ((DropReply.Dropped) reply).database();
                });
    }

    @Override
    public CompletionStage<KeptDatabase> swapBack(InstanceName instance, DatabaseName database, Login login) {
        return questions
                .known(instance)
                .thenCompose(known -> questions.<InstanceCommand, SwapReply>ask(
                        peers.instance(known),
                        replyTo -> new SwapBack(database, login, replyTo),
                        settings.dropLimit(),
                        "the coordinator of database '" + database + "'"))
                .thenApply(reply -> {
                    if (reply instanceof SwapReply.Refused refused) {
                        throw refused.problem().asException();
                    }
                    return ((SwapReply.Swapped) reply).kept();
                });
    }

    @Override
    public CompletionStage<List<ConfigurationRow>> setConfiguration(InstanceName instance, String name, String value) {
        return questions
                .known(instance)
                .thenCompose(known -> questions.<InstanceCommand, ConfigurationReply>ask(
                        peers.instance(known),
                        replyTo -> new SetConfiguration(name, value, replyTo),
                        settings.askLimit(),
                        "instance '" + known + "'"))
                .thenApply(ClusterProcedures::rows);
    }

    @Override
    public CompletionStage<List<ConfigurationRow>> showConfiguration(InstanceName instance, Optional<String> name) {
        return questions
                .known(instance)
                .thenCompose(known -> questions.<InstanceCommand, ConfigurationReply>ask(
                        peers.instance(known),
                        replyTo -> new ShowConfiguration(name, replyTo),
                        settings.askLimit(),
                        "instance '" + known + "'"))
                .thenApply(ClusterProcedures::rows);
    }

    @Override
    public CompletionStage<SnapshotInfo> takeSnapshot(
            InstanceName instance, DatabaseName database, Optional<RequestKey> key) {
        return questions
                .known(instance)
                .thenCompose(known -> questions.<InstanceCommand, SnapshotReply>ask(
                        peers.instance(known),
                        replyTo -> new TakeSnapshot(database, key, replyTo),
                        settings.askLimit(),
                        "the coordinator of database '" + database + "'"))
                .thenApply(reply -> {
                    if (reply instanceof SnapshotReply.Refused refused) {
                        throw refused.problem().asException();
                    }
                    return ((SnapshotReply.Accepted) reply).snapshot();
                });
    }

    @Override
    public CompletionStage<SnapshotInfo> deleteSnapshot(InstanceName instance, SnapshotId snapshot, Login login) {
        return new SnapshotDeletion(questions, peers, settings).delete(instance, snapshot, login);
    }

    @Override
    public CompletionStage<TaskRow> restoreSnapshot(
            InstanceName source,
            SnapshotId snapshot,
            InstanceName target,
            Optional<DatabaseName> database,
            Login login,
            Optional<RequestKey> key) {
        return snapshots
                .available(source, snapshot)
                .thenCompose(found -> submit(
                        target,
                        RestoreRequest.ofSnapshot(database.orElse(found.info().database()), snapshot, found.files()),
                        login,
                        key));
    }

    private static TaskRow row(SubmitReply reply) {
        if (reply instanceof SubmitReply.Refused refused) {
            throw refused.problem().asException();
        }
        return ((SubmitReply.Accepted) reply).row();
    }

    private static List<ConfigurationRow> rows(ConfigurationReply reply) {
        reply.problem().ifPresent(problem -> {
            throw problem.asException();
        });
        return reply.rows();
    }
}
