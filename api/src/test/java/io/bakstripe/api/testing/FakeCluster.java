package io.bakstripe.api.testing;

import io.bakstripe.api.http.ApiPorts;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.instance.BackupSetInfo;
import io.bakstripe.protocol.instance.ConfigurationRow;
import io.bakstripe.protocol.instance.DatabaseInfo;
import io.bakstripe.protocol.instance.Edition;
import io.bakstripe.protocol.instance.InstanceDefinition;
import io.bakstripe.protocol.instance.InstanceView;
import io.bakstripe.protocol.instance.KeptDatabase;
import io.bakstripe.protocol.instance.Login;
import io.bakstripe.protocol.instance.SnapshotInfo;
import io.bakstripe.protocol.instance.SnapshotKind;
import io.bakstripe.protocol.instance.SnapshotState;
import io.bakstripe.protocol.message.RequestKey;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.HostName;
import io.bakstripe.protocol.name.InstanceName;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.name.SnapshotId;
import io.bakstripe.protocol.name.TaskId;
import io.bakstripe.protocol.port.InstanceQueries;
import io.bakstripe.protocol.port.NodeHealth;
import io.bakstripe.protocol.port.NodeMetrics;
import io.bakstripe.protocol.port.Procedures;
import io.bakstripe.protocol.port.TaskFilter;
import io.bakstripe.protocol.port.TaskQueries;
import io.bakstripe.protocol.procedure.RestoreRequest;
import io.bakstripe.protocol.procedure.TaskRequest;
import io.bakstripe.protocol.readiness.Finding;
import io.bakstripe.protocol.readiness.Readiness;
import io.bakstripe.protocol.task.Lifecycle;
import io.bakstripe.protocol.task.TaskDetail;
import io.bakstripe.protocol.task.TaskRow;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** A cluster in memory: it records what it is asked, runs no task, and does what the test tells it. */
public final class FakeCluster implements Procedures, TaskQueries, InstanceQueries, NodeHealth, NodeMetrics {

    /** A submission as the port got it. */
    public record SnapshotRestore(
            InstanceName source,
            SnapshotId snapshot,
            InstanceName target,
            Optional<DatabaseName> database,
            Login login,
            Optional<RequestKey> key) {}

    public record Submission(InstanceName instance, TaskRequest request, Login login, Optional<RequestKey> key) {}

    /** A cancellation as the port got it. */
    public record Cancellation(InstanceName instance, TaskId task, Login login, Optional<RequestKey> key) {}

    /** A database that the port was told to drop, or to swap back. */
    public record Drop(InstanceName instance, DatabaseName database, Login login) {}

    /** A snapshot that the port was told to delete. */
    public record Deletion(InstanceName instance, SnapshotId snapshot, Login login) {}

    public final List<Submission> submissions = new CopyOnWriteArrayList<>();
    public final List<Cancellation> cancellations = new CopyOnWriteArrayList<>();
    public final List<TaskFilter> filters = new CopyOnWriteArrayList<>();
    public final List<InstanceDefinition> instances = new CopyOnWriteArrayList<>();
    public final Map<String, DatabaseInfo> databases = new ConcurrentHashMap<>();
    public final List<BackupSetInfo> backupSets = new CopyOnWriteArrayList<>();
    public final List<SnapshotInfo> snapshots = new CopyOnWriteArrayList<>();
    public final List<RequestKey> snapshotKeys = new CopyOnWriteArrayList<>();
    public final List<SnapshotRestore> snapshotRestores = new CopyOnWriteArrayList<>();
    public final List<Drop> drops = new CopyOnWriteArrayList<>();
    public final List<Drop> swaps = new CopyOnWriteArrayList<>();
    public final List<Deletion> deletions = new CopyOnWriteArrayList<>();
    public final List<Finding> findings = new CopyOnWriteArrayList<>();
    public final Map<String, String> configuration = new ConcurrentHashMap<>();
    private final Map<Long, TaskDetail> details = new ConcurrentSkipListMap<>();
    private volatile Optional<RuntimeException> failure = Optional.empty();
    private volatile UnaryOperator<TaskDetail> onPoll = UnaryOperator.identity();
    private volatile Consumer<List<SnapshotInfo>> onList = list -> {};
    private volatile boolean ready = true;
    private volatile boolean silent;

    public ApiPorts ports() {
        return new ApiPorts(this, this, this, this, this);
    }

    @Override
    public CompletionStage<String> text() {
        return answer(() -> "bakstripe_node_ready " + (ready ? 1 : 0) + "\n");
    }

    /** Forgets everything and declares one instance, {@code main}. */
    public void reset() {
        submissions.clear();
        cancellations.clear();
        filters.clear();
        instances.clear();
        databases.clear();
        backupSets.clear();
        snapshots.clear();
        snapshotKeys.clear();
        snapshotRestores.clear();
        drops.clear();
        swaps.clear();
        findings.clear();
        configuration.clear();
        details.clear();
        failure = Optional.empty();
        onPoll = UnaryOperator.identity();
        onList = list -> {};
        deletions.clear();
        ready = true;
        silent = false;
        declare("main");
    }

    public void declare(String name) {
        instances.add(new InstanceDefinition(
                new InstanceName(name),
                1,
                "postgresql",
                Edition.ENTERPRISE,
                "us-east-1",
                "UTC",
                false,
                Optional.of(new HostName("host1")),
                List.of()));
    }

    /** Every port call fails with {@code cause} from now on. */
    public void failWith(RuntimeException cause) {
        failure = Optional.of(cause);
    }

    /** No port call is ever answered from now on. */
    public void fallSilent() {
        silent = true;
    }

    public void ready(boolean now) {
        ready = now;
    }

    public void put(TaskDetail detail) {
        details.put(detail.row().taskId().value(), detail);
    }

    /** Each question after one task changes it by {@code change} before it is answered. */
    public void onPoll(UnaryOperator<TaskDetail> change) {
        onPoll = change;
    }

    @Override
    public CompletionStage<TaskRow> submit(
            InstanceName instance, TaskRequest request, Login login, Optional<RequestKey> key) {
        submissions.add(new Submission(instance, request, login, key));
        TaskDetail detail = Tasks.created(details.size() + 1L, request);
        return answer(() -> {
            put(detail);
            return detail.row();
        });
    }

    @Override
    public CompletionStage<TaskRow> cancel(InstanceName instance, TaskId task, Login login, Optional<RequestKey> key) {
        cancellations.add(new Cancellation(instance, task, login, key));
        return answer(() -> {
            TaskDetail detail = details.get(task.value());
            if (detail == null) {
                throw BackupError.TASK_UNKNOWN.problem(task, instance).asException();
            }
            if (detail.row().lifecycle().ended()) {
                throw BackupError.TASK_ENDED
                        .problem(task, detail.row().lifecycle())
                        .asException();
            }
            TaskDetail next = Tasks.at(detail, detail.row().percentComplete(), Lifecycle.CANCEL_REQUESTED, "");
            put(next);
            return next.row();
        });
    }

    @Override
    public CompletionStage<DatabaseName> drop(InstanceName instance, DatabaseName database, Login login) {
        drops.add(new Drop(instance, database, login));
        return answer(() -> Optional.ofNullable(databases.remove(database.folded()))
                .map(DatabaseInfo::name)
                .orElseThrow(() ->
                        BackupError.DATABASE_UNKNOWN.problem(database, instance).asException()));
    }

    @Override
    public CompletionStage<KeptDatabase> swapBack(InstanceName instance, DatabaseName database, Login login) {
        swaps.add(new Drop(instance, database, login));
        return answer(() -> Optional.ofNullable(databases.get(database.folded()))
                .orElseThrow(() ->
                        BackupError.DATABASE_UNKNOWN.problem(database, instance).asException())
                .kept()
                .orElseThrow(() -> BackupError.NOTHING_KEPT.problem(database).asException()));
    }

    @Override
    public CompletionStage<List<ConfigurationRow>> setConfiguration(InstanceName instance, String name, String value) {
        return answer(() -> {
            configuration.put(name, value);
            return List.of(new ConfigurationRow(name, value, "set by a test"));
        });
    }

    @Override
    public CompletionStage<List<ConfigurationRow>> showConfiguration(InstanceName instance, Optional<String> name) {
        return answer(() -> configuration.entrySet().stream()
                .filter(entry -> name.isEmpty() || name.get().equals(entry.getKey()))
                .map(entry -> new ConfigurationRow(entry.getKey(), entry.getValue(), "set by a test"))
                .toList());
    }

    @Override
    public CompletionStage<List<TaskDetail>> tasks(InstanceName instance, TaskFilter filter) {
        filters.add(filter);
        return answer(() -> {
            List<TaskDetail> found = new ArrayList<>(details.values().stream()
                    .filter(detail -> filter.task()
                            .map(id -> id.equals(detail.row().taskId()))
                            .orElse(true))
                    .filter(detail -> filter.database()
                            .map(name -> name.sameDatabaseAs(detail.row().databaseName()))
                            .orElse(true))
                    .filter(detail -> filter.after()
                            .map(id -> detail.row().taskId().compareTo(id) < 0)
                            .orElse(true))
                    .filter(detail -> filter.lifecycle()
                            .map(lifecycle -> lifecycle == detail.row().lifecycle())
                            .orElse(true))
                    .toList());
            int limit = Math.min(filter.limit().orElse(found.size()), found.size());
            return found.subList(found.size() - limit, found.size());
        });
    }

    @Override
    public CompletionStage<TaskDetail> task(InstanceName instance, TaskId id) {
        return answer(() -> {
            TaskDetail detail = details.get(id.value());
            if (detail == null) {
                throw BackupError.TASK_UNKNOWN.problem(id, instance).asException();
            }
            TaskDetail next = onPoll.apply(detail);
            put(next);
            return next;
        });
    }

    @Override
    public List<InstanceDefinition> declared() {
        return List.copyOf(instances);
    }

    @Override
    public CompletionStage<InstanceView> instance(InstanceName name) {
        return answer(() -> instances.stream()
                .filter(definition -> definition.name().equals(name))
                .findFirst()
                .map(definition -> new InstanceView(definition, true))
                .orElseThrow());
    }

    @Override
    public CompletionStage<List<DatabaseInfo>> databases(InstanceName name) {
        return answer(() -> List.copyOf(databases.values()));
    }

    @Override
    public CompletionStage<DatabaseInfo> database(InstanceName name, DatabaseName database) {
        return answer(() -> Optional.ofNullable(databases.get(database.folded()))
                .orElseThrow(() ->
                        BackupError.DATABASE_UNKNOWN.problem(database, name).asException()));
    }

    @Override
    public CompletionStage<List<BackupSetInfo>> backupSets(InstanceName name, DatabaseName database) {
        return database(name, database)
                .thenApply(found -> backupSets.stream()
                        .filter(set -> set.database().sameDatabaseAs(found.name()))
                        .toList());
    }

    @Override
    public CompletionStage<Readiness> readiness(InstanceName name, DatabaseName database) {
        return database(name, database)
                .thenApply(found -> new Readiness(found.name(), Instant.EPOCH, List.copyOf(findings)));
    }

    @Override
    public CompletionStage<TaskRow> restoreSnapshot(
            InstanceName source,
            SnapshotId snapshot,
            InstanceName target,
            Optional<DatabaseName> database,
            Login login,
            Optional<RequestKey> key) {
        snapshotRestores.add(new SnapshotRestore(source, snapshot, target, database, login, key));
        S3Arn files = S3Arn.parse("arn:aws:s3:::snaps/" + snapshot + ".bak");
        return submit(
                target,
                RestoreRequest.ofSnapshot(database.orElse(new DatabaseName("shop")), snapshot, files),
                login,
                key);
    }

    @Override
    public CompletionStage<List<SnapshotInfo>> snapshots(InstanceName name) {
        return answer(() -> {
            onList.accept(snapshots);
            return List.copyOf(snapshots);
        });
    }

    /** Each question after the snapshots does this to them before it is answered. */
    public void onSnapshots(Consumer<List<SnapshotInfo>> change) {
        onList = change;
    }

    @Override
    public CompletionStage<SnapshotInfo> takeSnapshot(
            InstanceName instance, DatabaseName database, Optional<RequestKey> key) {
        key.ifPresent(snapshotKeys::add);
        return database(instance, database).thenApply(found -> {
            SnapshotInfo wanted = new SnapshotInfo(
                    new SnapshotId(new UUID(0, snapshots.size() + 1L)),
                    found.name(),
                    SnapshotKind.MANUAL,
                    SnapshotState.WAITING,
                    Instant.EPOCH,
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty());
            snapshots.add(0, wanted);
            return wanted;
        });
    }

    @Override
    public CompletionStage<SnapshotInfo> deleteSnapshot(InstanceName instance, SnapshotId snapshot, Login login) {
        deletions.add(new Deletion(instance, snapshot, login));
        return answer(() -> {
            SnapshotInfo found = snapshots.stream()
                    .filter(known -> known.id().equals(snapshot))
                    .findFirst()
                    .orElseThrow(() -> BackupError.SNAPSHOT_UNKNOWN
                            .problem(snapshot, instance)
                            .asException());
            SnapshotInfo going = in(found, SnapshotState.DELETING);
            snapshots.set(snapshots.indexOf(found), going);
            return going;
        });
    }

    /** The same snapshot in another state. */
    public static SnapshotInfo in(SnapshotInfo snapshot, SnapshotState state) {
        return new SnapshotInfo(
                snapshot.id(),
                snapshot.database(),
                snapshot.kind(),
                state,
                snapshot.requestedAt(),
                snapshot.startedAt(),
                snapshot.finishedAt(),
                snapshot.bytes(),
                snapshot.problem());
    }

    @Override
    public boolean ready() {
        return ready;
    }

    private <T> CompletionStage<T> answer(Supplier<T> answer) {
        if (silent) {
            return new CompletableFuture<>();
        }
        if (failure.isPresent()) {
            return CompletableFuture.failedFuture(failure.get());
        }
        try {
            return CompletableFuture.completedFuture(answer.get());
        } catch (RuntimeException refused) {
            return CompletableFuture.failedFuture(refused);
        }
    }
}
