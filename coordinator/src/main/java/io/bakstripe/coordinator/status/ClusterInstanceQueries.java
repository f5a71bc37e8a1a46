package io.bakstripe.coordinator.status;

import io.bakstripe.coordinator.peers.Peers;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.instance.BackupSetInfo;
import io.bakstripe.protocol.instance.DatabaseInfo;
import io.bakstripe.protocol.instance.DatabaseState;
import io.bakstripe.protocol.instance.DeclaredDatabase;
import io.bakstripe.protocol.instance.InstanceDefinition;
import io.bakstripe.protocol.instance.InstanceView;
import io.bakstripe.protocol.instance.RecoveryModel;
import io.bakstripe.protocol.instance.ServerConnection;
import io.bakstripe.protocol.instance.SnapshotInfo;
import io.bakstripe.protocol.message.DatabaseCommand;
import io.bakstripe.protocol.message.DatabaseCommand.BackupSets;
import io.bakstripe.protocol.message.DatabaseCommand.DatabaseDescription;
import io.bakstripe.protocol.message.DatabaseCommand.DescribeBackupSets;
import io.bakstripe.protocol.message.DatabaseCommand.DescribeDatabase;
import io.bakstripe.protocol.message.DatabaseCommand.DescribeSnapshots;
import io.bakstripe.protocol.message.DatabaseCommand.Snapshots;
import io.bakstripe.protocol.message.HostCommand;
import io.bakstripe.protocol.message.HostCommand.Connect;
import io.bakstripe.protocol.message.HostCommand.HostReply;
import io.bakstripe.protocol.message.InstanceCommand;
import io.bakstripe.protocol.message.InstanceCommand.Describe;
import io.bakstripe.protocol.message.InstanceCommand.InstanceDescription;
import io.bakstripe.protocol.message.PreflightCommand;
import io.bakstripe.protocol.message.PreflightCommand.Examine;
import io.bakstripe.protocol.message.PreflightCommand.Examined;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.name.HostName;
import io.bakstripe.protocol.name.InstanceName;
import io.bakstripe.protocol.port.InstanceQueries;
import io.bakstripe.protocol.readiness.Readiness;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Answers instances and databases from their coordinators, connections from the hosts that run the servers. */
final class ClusterInstanceQueries implements InstanceQueries {
    private final Questions questions;
    private final Peers peers;
    private final StatusSettings settings;

    ClusterInstanceQueries(Questions questions, Peers peers, StatusSettings settings) {
        this.questions = questions;
        this.peers = peers;
        this.settings = settings;
    }

    @Override
    public List<InstanceDefinition> declared() {
        return questions.declared();
    }

    @Override
    public CompletionStage<InstanceView> instance(InstanceName name) {
        return describe(name).thenApply(description -> view(description, name));
    }

    @Override
    public CompletionStage<List<DatabaseInfo>> databases(InstanceName name) {
        return describe(name).thenCompose(description -> {
            InstanceView view = view(description, name);
            List<CompletionStage<Optional<DatabaseInfo>>> answers = description.databases().stream()
                    .map(database -> info(view, database))
                    .toList();
            return Questions.all(answers)
                    .thenApply(all -> all.stream().flatMap(Optional::stream).toList());
        });
    }

    @Override
    public CompletionStage<DatabaseInfo> database(InstanceName name, DatabaseName database) {
        return describe(name).thenCompose(description -> {
            InstanceView view = view(description, name);
            // Only names that were declared or restored are asked about: others would bring an entity to life for
            // nothing.
            CompletionStage<Optional<DatabaseInfo>> found = description.databases().stream()
                    .filter(database::sameDatabaseAs)
                    .findFirst()
                    .map(known -> info(view, known))
                    .orElse(CompletableFuture.completedFuture(Optional.empty()));
            return found.thenApply(info -> info.orElseThrow(
                    () -> BackupError.DATABASE_UNKNOWN.problem(database, name).asException()));
        });
    }

    @Override
    public CompletionStage<List<BackupSetInfo>> backupSets(InstanceName name, DatabaseName database) {
        return database(name, database)
                .thenCompose(info -> questions.<DatabaseCommand, BackupSets>ask(
                        peers.database(DatabaseRef.of(name, info.name())),
                        DescribeBackupSets::new,
                        settings.askLimit(),
                        "the coordinator of database '" + database + "'"))
                .thenApply(BackupSets::sets);
    }

    @Override
    public CompletionStage<Readiness> readiness(InstanceName name, DatabaseName database) {
        return describe(name).thenCompose(description -> {
            InstanceView view = view(description, name);
            return database(name, database)
                    .thenCompose(info -> questions.<PreflightCommand, Examined>ask(
                            peers.preflight(),
                            replyTo -> new Examine(view, DatabaseRef.of(name, info.name()), info.name(), replyTo),
                            settings.examinationLimit(),
                            "the examination of database '" + database + "'"))
                    .thenApply(Examined::readiness);
        });
    }

    @Override
    public CompletionStage<List<SnapshotInfo>> snapshots(InstanceName name) {
        return describe(name).thenCompose(description -> {
            InstanceView view = view(description, name);
            List<CompletionStage<Snapshots>> answers = description.databases().stream()
                    .map(database -> questions.<DatabaseCommand, Snapshots>ask(
                            peers.database(DatabaseRef.of(view.name(), database)),
                            DescribeSnapshots::new,
                            settings.askLimit(),
                            "the coordinator of database '" + database + "'"))
                    .toList();
            return Questions.all(answers)
                    .thenApply(all -> all.stream()
                            .flatMap(answer -> answer.snapshots().stream())
                            .sorted(Comparator.comparing(SnapshotInfo::requestedAt)
                                    .reversed())
                            .toList());
        });
    }

    private CompletionStage<InstanceDescription> describe(InstanceName name) {
        return questions
                .known(name)
                .thenCompose(known -> questions.<InstanceCommand, InstanceDescription>ask(
                        peers.instance(known), Describe::new, settings.askLimit(), "instance '" + known + "'"));
    }

    private static InstanceView view(InstanceDescription description, InstanceName name) {
        return description
                .view()
                .orElseThrow(() -> BackupError.INSTANCE_UNKNOWN.problem(name).asException());
    }

    private CompletionStage<Optional<DatabaseInfo>> info(InstanceView view, DatabaseName name) {
        DatabaseRef ref = DatabaseRef.of(view.name(), name);
        Optional<DeclaredDatabase> declared = view.definition().database(name);
        return questions
                .<DatabaseCommand, DatabaseDescription>ask(
                        peers.database(ref),
                        DescribeDatabase::new,
                        settings.askLimit(),
                        "the coordinator of database '" + name + "'")
                .thenCompose(known -> {
                    Optional<DatabaseState> state =
                            known.state().or(() -> declared.map(database -> DatabaseState.ONLINE));
                    if (state.isEmpty()) {
                        return CompletableFuture.completedFuture(Optional.empty());
                    }
                    boolean ours = declared.map(database -> database.jdbcUrl().isEmpty())
                            .orElse(true);
                    return connection(
                                    ref,
                                    view.definition()
                                            .host()
                                            .filter(host ->
                                                    ours && (state.get() == DatabaseState.ONLINE || known.standby())))
                            .thenApply(connection -> Optional.of(new DatabaseInfo(
                                    known.name()
                                            .or(() -> declared.map(DeclaredDatabase::name))
                                            .orElse(name),
                                    state.get(),
                                    declared.map(DeclaredDatabase::recoveryModel)
                                            .orElse(RecoveryModel.SIMPLE),
                                    connection,
                                    known.lastFullBackup(),
                                    known.logBackups(),
                                    known.position(),
                                    known.replaced())));
                });
    }

    /** How to reach a server of ours; empty when its host does not answer, because the rest of the row is known without it. */
    private CompletionStage<Optional<ServerConnection>> connection(DatabaseRef database, Optional<HostName> host) {
        return host.map(name -> questions
                        .<HostCommand, HostReply>ask(
                                peers.host(name),
                                replyTo -> new Connect(database, replyTo),
                                settings.connectionLimit(),
                                "host '" + name + "'")
                        .thenApply(reply -> reply instanceof HostReply.Connected connected
                                ? Optional.of(connected.connection())
                                : Optional.<ServerConnection>empty())
                        .exceptionally(silent -> Optional.empty()))
                .orElse(CompletableFuture.completedFuture(Optional.empty()));
    }
}
