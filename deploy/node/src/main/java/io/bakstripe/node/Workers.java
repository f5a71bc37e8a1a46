package io.bakstripe.node;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.Props;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.cluster.typed.Cluster;
import com.typesafe.config.Config;
import io.bakstripe.node.config.InstanceDeclarations;
import io.bakstripe.node.config.NodeSettings;
import io.bakstripe.protocol.instance.InstanceDefinition;
import io.bakstripe.protocol.message.HostCommand;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.name.HostName;
import io.bakstripe.worker.budget.ByteBudget;
import io.bakstripe.worker.engine.ConfiguredSources;
import io.bakstripe.worker.engine.Sources;
import io.bakstripe.worker.engine.postgres.PostgresEngine;
import io.bakstripe.worker.engine.postgres.PostgresSettings;
import io.bakstripe.worker.format.PartSizing;
import io.bakstripe.worker.host.HostAgent;
import io.bakstripe.worker.host.HostDependencies;
import io.bakstripe.worker.host.ManagedServers;
import io.bakstripe.worker.key.kms.KmsKeys;
import io.bakstripe.worker.key.kms.KmsSettings;
import io.bakstripe.worker.preflight.Preflight;
import io.bakstripe.worker.preflight.PreflightDependencies;
import io.bakstripe.worker.preflight.PreflightSettings;
import io.bakstripe.worker.restore.RestoreDependencies;
import io.bakstripe.worker.restore.RestoreSettings;
import io.bakstripe.worker.restore.RestoreSharding;
import io.bakstripe.worker.restore.SetFinder;
import io.bakstripe.worker.restore.StoreSetFinder;
import io.bakstripe.worker.session.BackupSession;
import io.bakstripe.worker.session.SessionDependencies;
import io.bakstripe.worker.session.SessionSettings;
import io.bakstripe.worker.snapshot.SnapshotFiles;
import io.bakstripe.worker.spool.Spool;
import io.bakstripe.worker.spool.SpoolSettings;
import io.bakstripe.worker.store.ObjectReader;
import io.bakstripe.worker.store.SnapshotStore;
import io.bakstripe.worker.store.aws.StsSettings;
import io.bakstripe.worker.store.s3.S3SnapshotStore;
import io.bakstripe.worker.store.s3.S3Stores;
import io.bakstripe.worker.store.s3.SnapshotSettings;
import io.bakstripe.worker.store.s3.StoreSettings;
import io.bakstripe.worker.stripe.SlicesFetcher;
import io.bakstripe.worker.stripe.StripeDependencies;
import io.bakstripe.worker.stripe.StripeSettings;
import io.bakstripe.worker.stripe.StripeSharding;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Starts the worker module on this node; where the node lacks a role, it gets proxies of what runs elsewhere. */
final class Workers {
    private static final int PREFLIGHT_ATTEMPTS = 2;
    private static final Duration AGENT_LIMIT = Duration.ofSeconds(8);
    private static final String WRITER = "bakstripe " + version();

    private Workers() {}

    /** The settings of the module, read before anything is started. */
    record Settings(
            long byteBudget,
            StoreSettings store,
            StsSettings sts,
            KmsSettings kms,
            Optional<SnapshotSettings> snapshots,
            PreflightSettings preflight,
            SessionSettings session,
            StripeSettings stripe,
            SpoolSettings spool,
            RestoreSettings restore,
            PostgresSettings postgres) {

        /**
         * @param worker the config at {@code bakstripe.worker}
         * @param data the node's folder
         */
        static Settings from(Config worker, Path data) {
            return new Settings(
                    worker.getBytes("byte-budget"),
                    StoreSettings.from(worker),
                    StsSettings.from(worker),
                    KmsSettings.from(worker),
                    SnapshotSettings.from(worker),
                    PreflightSettings.from(worker),
                    SessionSettings.from(worker),
                    StripeSettings.from(worker),
                    SpoolSettings.from(worker, data),
                    RestoreSettings.from(worker),
                    PostgresSettings.from(worker));
        }
    }

    /**
     * @param servers the managed servers of this host, where the node has one
     * @return what to close when the actor system has ended
     */
    static AutoCloseable start(
            ActorSystem<?> system,
            Settings settings,
            NodeSettings node,
            InstanceDeclarations instances,
            Optional<ManagedServers> servers) {
        ClusterSharding sharding = ClusterSharding.get(system);
        InstantSource clock = InstantSource.system();
        ByteBudget budget = new ByteBudget(settings.byteBudget());
        S3Stores natives = S3Stores.create(settings.store(), settings.sts(), instances::definition, system, clock);
        Optional<SnapshotStore> snapshots = settings.snapshots().map(own -> S3SnapshotStore.create(own, system));
        S3Stores stores =
                snapshots.map(own -> natives.withSnapshots(own.objects())).orElse(natives);
        RestoreSettings restore = settings.restore();
        KmsKeys keys = KmsKeys.create(settings.kms(), natives.rights(), system);
        Executor blocking =
                system.dispatchers().lookup(DispatcherSelector.fromConfig("bakstripe.worker.blocking-dispatcher"));
        Function<ObjectReader, SetFinder> finder = files -> new StoreSetFinder(files, restore);
        PostgresEngine postgres = new PostgresEngine(settings.postgres(), clock, UUID::randomUUID);
        Sources sources = new ConfiguredSources(
                List.of(postgres),
                (instance, folded) -> Optional.ofNullable(instances.logins().get(new DatabaseRef(instance, folded))),
                ConfiguredSources.throughSharding(sharding, AGENT_LIMIT));

        BackupSession.init(
                sharding,
                system,
                new SessionDependencies(
                        sources, stores, keys, SessionDependencies.sharded(sharding), settings.session()));
        Optional<Spool> spool =
                node.has("worker") ? Optional.of(Spool.open(settings.spool(), blocking)) : Optional.empty();
        StripeSettings stripe = settings.stripe();
        StripeSharding.init(
                sharding,
                system,
                new StripeDependencies(
                        stores,
                        keys,
                        sources,
                        SlicesFetcher.sharded(sharding, stripe),
                        budget,
                        spool,
                        PartSizing.standard(),
                        SessionDependencies.sharded(sharding),
                        clock,
                        WRITER,
                        stripe));
        RestoreDependencies restores = new RestoreDependencies(
                finder,
                stores,
                keys,
                blocking,
                budget,
                restore,
                clock,
                host -> sharding.entityRefFor(HostCommand.key(host), host.value()),
                (database, report) -> SessionDependencies.sharded(sharding).accept(database, report),
                Cluster.get(system).selfMember().address().hostPort());
        for (HostName host : hosts(node, instances)) {
            // Registered everywhere; entities of a host live only where its role is.
            RestoreSharding.init(sharding, host, restores);
            if (!node.hostName().equals(Optional.of(host))) {
                HostAgent.proxy(sharding, host);
            }
        }
        node.hostName()
                .ifPresent(host -> HostAgent.init(sharding, system, host, new HostDependencies(servers.orElseThrow())));
        if (node.has("worker")) {
            system.systemActorOf(
                    Preflight.create(new PreflightDependencies(
                            stores.withAttempts(PREFLIGHT_ATTEMPTS),
                            keys,
                            sources,
                            finder,
                            settings.preflight(),
                            clock)),
                    "preflight",
                    Props.empty());
            snapshots.ifPresent(
                    own -> system.systemActorOf(SnapshotFiles.create(own), "snapshot-files", Props.empty()));
        }
        return () -> {
            postgres.close();
            keys.close();
            stores.close();
            snapshots.ifPresent(SnapshotStore::close);
            spool.ifPresent(Spool::close);
        };
    }

    private static Set<HostName> hosts(NodeSettings node, InstanceDeclarations instances) {
        Set<HostName> hosts = instances.definitions().stream()
                .map(InstanceDefinition::host)
                .flatMap(Optional::stream)
                .collect(Collectors.toSet());
        node.hostName().ifPresent(hosts::add);
        return hosts;
    }

    static String version() {
        return Optional.ofNullable(Workers.class.getPackage().getImplementationVersion())
                .orElse("development");
    }
}
